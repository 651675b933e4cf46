"""bynet: publish linked open data from files, checked, derived and traceable, as a site that any web host can serve."""
