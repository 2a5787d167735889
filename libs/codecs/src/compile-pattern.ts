import { RE2JS, RE2JSException } from "re2js";

/**
 * A test of whole names against a regular expression of RE2's syntax, as Kafka's KIP-848 asks for; undefined if it is none. Patterns come from clients, so time is
 * linear in the name whatever the pattern is: JavaScript's own engine would let one pattern hold a broker for minutes.
 */
export function compilePattern(pattern: string): ((name: string) => boolean) | undefined {
  try {
    const compiled = RE2JS.compile(pattern);
    return (name) => compiled.matches(name);
  } catch (error) {
    if (error instanceof RE2JSException) return undefined;
    throw error;
  }
}
