import { InvalidArgumentError } from "commander";

/** Options that every command has. */
export interface GlobalOptions {
  /** host:port of brokers. */
  readonly address: string;
  readonly json?: boolean;
}

/** Parser of a whole number in a range, for an option. */
export function wholeNumber(min: number, max = Number.MAX_SAFE_INTEGER): (text: string) => number {
  return (text) => {
    const value = Number(text.replaceAll("_", ""));
    if (/^[\d_]+$/.test(text) && value >= min && value <= max) return value;
    throw new InvalidArgumentError(
      max === Number.MAX_SAFE_INTEGER ? `a whole number of at least ${min} is needed.` : `a whole number from ${min} to ${max} is needed.`,
    );
  };
}

/** Parser of `name=value`, collected over repeated options. */
export function assignment(text: string, before: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> {
  const at = text.indexOf("=");
  if (at < 1) throw new InvalidArgumentError("it must look like name=value.");
  return { ...before, [text.slice(0, at)]: text.slice(at + 1) };
}

/** Addresses of an option: host:port, several with commas. */
export function addressesOf(options: GlobalOptions): readonly string[] {
  return options.address
    .split(",")
    .map((address) => address.trim())
    .filter((address) => address !== "");
}

/** Refuses what cannot be an address before anything tries to resolve it. */
export function addressList(text: string): string {
  const parts = text.split(",").map((part) => part.trim());
  if (parts.every((part) => /^(\[[0-9a-f:]+\]|[^\s:/]+):\d{1,5}$/i.test(part))) return parts.join(",");
  throw new InvalidArgumentError("it must be host:port, several with commas.");
}
