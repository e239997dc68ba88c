// The tree of a query: what `parse` gives and `evaluate` asks. `hubble_dash/query/tree.py` is the same in Python.

/** Something that stands at a place of the query. */
export type Part = { at: number, length: number };

/** A column. */
export type Name = Part & { type: "name", name: string };
export type NumberLiteral = Part & { type: "number", written: string, value: number, whole: bigint | null };
export type TextLiteral = Part & { type: "text", value: string };
export type TruthLiteral = Part & { type: "truth", value: boolean };
export type Literal = NumberLiteral | TextLiteral | TruthLiteral;
export type Operand = Name | Literal;
export type Sign = "==" | "!=" | "<" | "<=" | ">" | ">=";

/** Operands with a sign between each two. */
export type Comparison = { type: "comparison", operands: Operand[], signs: Sign[] };
export type Contains = { type: "contains", name: Name, text: string, negated: boolean };
export type OneOf = { type: "one of", name: Name, values: Literal[], negated: boolean };
export type IsMissing = { type: "missing", name: Name, negated: boolean };

/** All in ICRS degrees. */
export type Circle = Part & { type: "circle", ra: number, dec: number, radius: number };

/** A column of truths by itself. */
export type Alone = { type: "alone", name: Name };

/** A text by itself, looked for everywhere. */
export type Search = { type: "search", text: TextLiteral };
export type Not = { type: "not", term: Term };
export type Joined = { type: "and" | "or", terms: Term[] };
export type Term = Comparison | Contains | OneOf | IsMissing | Circle | Alone | Search | Not | Joined;
