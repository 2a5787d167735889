import type { ConnectorOptions } from "@millrace/ports";
import { errors } from "./errors.ts";

/** Options of one connector, read with checks: the graph may have been written by anyone. */
export class Options {
  readonly #connector: string;
  readonly #options: ConnectorOptions;

  constructor(connector: string, options: ConnectorOptions, known: readonly string[]) {
    this.#connector = connector;
    this.#options = options;
    const unknown = Object.keys(options).find((name) => !known.includes(name));
    if (unknown !== undefined) throw errors.option(connector, `no option ${unknown}; known are ${known.join(", ")}`);
  }

  text(name: string): string {
    const value = this.#options[name];
    if (typeof value === "string" && value !== "") return value;
    throw errors.option(this.#connector, `${name} must be a text that is not empty`);
  }

  /** A text that may be a secret: `env:NAME` is the value of that variable where the worker runs. */
  secret(name: string): string {
    const text = this.text(name);
    if (!text.startsWith("env:")) return text;
    const value = process.env[text.slice(4)];
    if (value !== undefined && value !== "") return value;
    throw errors.option(this.#connector, `${name} is ${text}, and the executor has no such environment variable: set it there`);
  }

  oneOf<T extends string>(name: string, choices: readonly T[], otherwise?: T): T {
    const value = this.#options[name] ?? otherwise;
    const found = choices.find((choice) => choice === value);
    if (found !== undefined) return found;
    throw errors.option(this.#connector, `${name} must be one of ${choices.join(", ")}`);
  }

  /** A whole number, 1 at least; 0 only as `otherwise`. */
  whole(name: string, otherwise?: number): number {
    const value = this.#options[name] ?? otherwise;
    if (typeof value === "number" && Number.isSafeInteger(value) && (value >= 1 || value === otherwise)) return value;
    throw errors.option(this.#connector, `${name} must be a whole number of at least 1`);
  }

  texts(name: string, otherwise?: readonly string[]): readonly string[] {
    const value = this.#options[name] ?? otherwise;
    if (Array.isArray(value) && value.length > 0 && value.every((item) => typeof item === "string" && item !== ""))
      return value as string[];
    if (value === otherwise && otherwise !== undefined) return otherwise;
    throw errors.option(this.#connector, `${name} must be a list of texts that is not empty`);
  }
}
