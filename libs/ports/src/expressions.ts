/** Type of a value as an expression sees it. `any`: known when it is there; its numbers are doubles. */
export type ExpressionType =
  | ScalarType
  | { readonly list: ExpressionType }
  | { readonly map: readonly [key: ExpressionType, value: ExpressionType] }
  | { readonly record: Readonly<Record<string, ExpressionType>> };

export type ScalarType = "int" | "double" | "string" | "bool" | "bytes" | "timestamp" | "duration" | "null" | "any";

/** What a text computes from its variables. */
export interface Expression {
  readonly type: ExpressionType;
  /**
   * The value, of one value per variable in the order of their declaration. Values are those of jobs: whole and other numbers are numbers, times and durations
   * milliseconds. Throws an `ExpressionFault` for what cannot be computed of these values.
   */
  readonly evaluate: (...values: readonly unknown[]) => unknown;
}

/** A text taken apart: parts are texts with the same columns as in the whole. */
export type ExpressionOutline =
  | { readonly kind: "call"; readonly name: string; readonly column: number; readonly parts: readonly string[] }
  | { readonly kind: "record"; readonly parts: readonly (readonly [name: string, text: string])[] }
  | { readonly kind: "other"; readonly column: number };

/** A language in which functions of jobs are given as text. Pure: no clock, no randomness, no world. */
export interface ExpressionLanguage {
  /** Throws an `ExpressionFault` for a text that is none, or whose types do not fit. */
  compile(text: string, variables: Readonly<Record<string, ExpressionType>>): Expression;
  /** Throws an `ExpressionFault` for a text that is none. */
  outline(text: string): ExpressionOutline;
}

/** What is wrong with an expression, and where. */
export class ExpressionFault extends Error {
  /** From 1, counted over all lines of the text. */
  readonly column: number;
  readonly fix: string;

  constructor(problem: string, place: { readonly column: number; readonly fix: string }, options?: ErrorOptions) {
    super(problem, options);
    this.name = "ExpressionFault";
    this.column = place.column;
    this.fix = place.fix;
  }
}

/** For runtimes whose jobs have a module each. */
export const NO_EXPRESSIONS: ExpressionLanguage = {
  compile: () => {
    throw new ExpressionFault("this process evaluates no expressions", { column: 1, fix: "submit the job with a module" });
  },
  outline: () => {
    throw new ExpressionFault("this process evaluates no expressions", { column: 1, fix: "submit the job with a module" });
  },
};
