// The text of an answer, as a view of YASR: JSON by its own colours, Turtle by those here, for it has none of its own.

const TURTLE = [
  [/^"(?:[^"\\]|\\.)*"(?:@[\w-]+)?/, "string"],
  [/^<[^<>"\s]*>/, "variable-3"],
  [/^(?:@prefix|a)(?![\w:-])/, "keyword"],
  [/^(?:true|false|[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)(?![\w:-])/i, "number"],
  [/^_:[\w.-]*[\w-]/, "variable"],
  [/^[\w-]*:(?:\w(?:[\w.-]*[\w-])?)?/, "variable-3"],
  [/^#.*/, "comment"],
];

/** Returns YASR's view of text, the whole of it, with *words* in the page's language. */
export function textView(Response, words) {
  return class Text extends Response {
    label = words.text;
    helpReference = "";

    draw() {
      super.draw({ maxLines: Infinity });
      if (this.yasr.results.getType() !== "json") colour(this.cm);
      this.cm.getInputField().setAttribute("aria-label", words.text);
      this.cm.getInputField().readOnly = true;
    }
  };
}

function colour(mirror) {
  mirror.constructor.defineMode("turtle", () => ({ token }));
  mirror.setOption("mode", "turtle");
}

/** Goes one token on in *stream*, and returns its colour; a space, a dot or whatever has none. */
function token(stream) {
  const found = TURTLE.find(([pattern]) => stream.match(pattern));
  if (!found) stream.next();
  return found?.[1];
}
