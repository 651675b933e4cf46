"""What the SHACL processor does in its process: shapes that are none, a quicker plan of the rest, and pySHACL's judgement."""
