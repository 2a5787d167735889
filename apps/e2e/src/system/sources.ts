import { fileURLToPath } from "node:url";

const root = new URL("../../../../", import.meta.url);

/** Path of a file of this checkout. */
export function inCheckout(path: string): string {
  return fileURLToPath(new URL(path, root));
}

/** Arguments of Node that run one of our programs from source, as this process was. */
export function nodeArgs(main: string, args: readonly string[]): readonly string[] {
  return ["--conditions=@millrace/source", "--disable-warning=ExperimentalWarning", inCheckout(main), ...args];
}
