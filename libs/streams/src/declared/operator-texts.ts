import type { JobFunction, OperatorNode } from "@millrace/model";
import { type Expression, ExpressionFault, type ExpressionLanguage, type ExpressionOutline, type ExpressionType } from "@millrace/ports";
import { expressionFault, expressionInvalid, expressionMissing, expressionUnknown } from "./expression-errors.ts";
import { typeText, type Variable } from "./shapes.ts";

/** What a text must compute: names of scalar types, or whatever `fits`. A type that is known at run time only (any) always may. */
export interface Wanted {
  readonly what: string;
  readonly fits: (type: ExpressionType) => boolean;
}

/** A text made into a function of what its operator is given. */
export interface Compiled {
  readonly type: ExpressionType;
  readonly f: JobFunction;
}

/** The expressions of one operator. */
export class OperatorTexts {
  readonly #operator: OperatorNode;
  readonly #language: ExpressionLanguage;

  /** `known`: names of all expressions that the operator can have. */
  constructor(operator: OperatorNode, language: ExpressionLanguage, known: readonly string[]) {
    this.#operator = operator;
    this.#language = language;
    for (const name of Object.keys(operator.expressions ?? {})) if (!known.includes(name)) throw expressionUnknown(operator, name, known);
  }

  has(name: string): boolean {
    return this.#operator.expressions?.[name] !== undefined;
  }

  text(name: string, what: string): string {
    const text = this.#operator.expressions?.[name];
    if (text === undefined) throw expressionMissing(this.#operator, name, what);
    return text;
  }

  /** A function of one argument, whose parts are the variables. */
  unary(name: string, variables: readonly Variable[], wanted: Wanted): Compiled {
    const { type, evaluate } = this.#compile(name, { text: this.text(name, wanted.what), variables, wanted });
    const fail = this.#failure(name);
    const [first, second] = variables;
    if (first !== undefined && second === undefined) return { type, f: (given) => attempt(() => evaluate(first.of(given)), fail) };
    return { type, f: (given) => attempt(() => evaluate(...variables.map(({ of }) => of(given))), fail) };
  }

  /** A function of two values, which are the variables as they come. */
  binary(name: string, variables: readonly [Variable, Variable], wanted: Wanted): Compiled {
    const { type, evaluate } = this.#compile(name, { text: this.text(name, wanted.what), variables, wanted });
    const fail = this.#failure(name);
    return { type, f: (left, right) => attempt(() => evaluate(left, right), fail) };
  }

  /** A function of several values, which are the variables as they come. */
  nary(name: string, variables: readonly Variable[], wanted: Wanted): Compiled {
    const { type, evaluate } = this.#compile(name, { text: this.text(name, wanted.what), variables, wanted });
    const fail = this.#failure(name);
    return { type, f: (...given) => attempt(() => evaluate(...given), fail) };
  }

  /** A part of a text that was taken apart, as a function of one argument. */
  part(name: string, text: string, { variables, wanted }: { readonly variables: readonly Variable[]; readonly wanted: Wanted }): Compiled {
    const { type, evaluate } = this.#compile(name, { text, variables, wanted });
    const fail = this.#failure(name);
    return { type, f: (given) => attempt(() => evaluate(...variables.map(({ of }) => of(given))), fail) };
  }

  outline(name: string, text: string): ExpressionOutline {
    try {
      return this.#language.outline(text);
    } catch (error) {
      throw expressionFault(this.#operator, name, error);
    }
  }

  invalid(name: string, column: number, { problem, fix }: { readonly problem: string; readonly fix: string }): Error {
    return expressionInvalid(this.#operator, name, { problem, column, fix });
  }

  #compile(
    name: string,
    { text, variables, wanted }: { readonly text: string; readonly variables: readonly Variable[]; readonly wanted: Wanted },
  ): Expression {
    let compiled: Expression;
    try {
      compiled = this.#language.compile(text, Object.fromEntries(variables.map((variable) => [variable.name, variable.type])));
    } catch (error) {
      throw expressionFault(this.#operator, name, error);
    }
    if (compiled.type === "any" || wanted.fits(compiled.type)) return compiled;
    const column = text.length - text.trimStart().length + 1;
    throw this.invalid(name, column, { problem: `it gives ${typeText(compiled.type)}`, fix: `give ${wanted.what}` });
  }

  /** What a function throws: the runtime adds operator and record. */
  #failure(name: string): (error: unknown) => never {
    return (error) => {
      if (!(error instanceof ExpressionFault)) throw error;
      const { message, column, fix } = error;
      throw new ExpressionFault(`expression ${name}, column ${column}: ${message} (${fix})`, { column, fix }, { cause: error });
    };
  }
}

function attempt(run: () => unknown, fail: (error: unknown) => never): unknown {
  try {
    return run();
  } catch (error) {
    return fail(error);
  }
}

/** Any value at all. */
export const ANYTHING: Wanted = { what: "what a record is to hold", fits: () => true };
export const CONDITION: Wanted = { what: "a condition, true or false", fits: (type) => type === "bool" };
export const LIST: Wanted = {
  what: "a list, each of whose items becomes an element",
  fits: (type) => typeof type === "object" && "list" in type,
};
export const TIME: Wanted = {
  what: "a timestamp, or milliseconds since 1970 as int",
  fits: (type) => type === "timestamp" || type === "int",
};
export const LENGTH: Wanted = { what: "a duration, or milliseconds as int", fits: (type) => type === "duration" || type === "int" };

/** A value of a type that is known. */
export function ofType(type: ExpressionType): Wanted {
  return {
    what: `a value of ${typeText(type)}, as those that it combines`,
    fits: (given) => type === "any" || typeText(given) === typeText(type),
  };
}

/** What of a list its items are. */
export function itemType(type: ExpressionType): ExpressionType {
  return typeof type === "object" && "list" in type ? type.list : "any";
}
