import { pathsMatching, textOf, type Tree } from "./tree.ts";

/** An error code as the sources raise it. */
export interface ErrorCode {
  readonly code: string;
  readonly path: string;
  readonly line: number;
  readonly kind: string | undefined;
  readonly message: string | undefined;
}

const raising = /^(libs|apps)\/(?!testkit\/)(?!.*(\/gen\/|\.(spec|contract)\.ts$|\/(test|bench)\/)).*\.ts$/;
const kebab = `"([a-z][a-z0-9]*(?:-[a-z0-9]+)*)"`;
const text = '(?:"((?:[^"\\\\]|\\\\.)*)"|`((?:[^`\\\\]|\\\\.)*)`)';

/** Every code of the sources, once each, in order. Three ways of writing one are known: an AppError literal, a helper such as jobError("code", …), and a union named …ErrorCode. */
export function errorCodes(tree: Tree): readonly ErrorCode[] {
  const found = pathsMatching(tree, raising).flatMap((path) => codesOf(path, textOf(tree, path)));
  const best = new Map<string, ErrorCode>();
  for (const one of found) {
    const known = best.get(one.code);
    best.set(
      one.code,
      known === undefined
        ? one
        : { ...(known.message === undefined ? one : known), kind: known.kind ?? one.kind, message: known.message ?? one.message },
    );
  }
  return [...best.values()].sort((a, b) => (a.code < b.code ? -1 : 1));
}

function codesOf(path: string, source: string): readonly ErrorCode[] {
  const at = (index: number): number => source.slice(0, index).split("\n").length;
  const fileKind = /new AppError\(\{\s*kind: "([a-z-]+)"/.exec(source)?.[1]; // A helper's kind stands in its own file, most often.
  const literals = source.includes("AppError")
    ? [...source.matchAll(new RegExp(`\\bcode: ${kebab}`, "g"))].map((match) => {
        const before = source.slice(Math.max(0, match.index - 120), match.index);
        const after = source.slice(match.index, match.index + 500);
        const kind = [...before.matchAll(/kind: "([a-z-]+)"/g)].at(-1)?.[1] ?? /^[^}]{0,200}kind: "([a-z-]+)"/.exec(after)?.[1];
        const message = new RegExp(`^[^}]*?message:\\s*${text}`).exec(after);
        return { code: match[1] ?? "", path, line: at(match.index), kind, message: message?.[1] ?? message?.[2] };
      })
    : [];
  const helpers = [...source.matchAll(new RegExp(`\\b\\w+Error\\(\\s*${kebab},\\s*${text}?`, "g"))].map((match) => {
    return {
      code: match[1] ?? "",
      path,
      line: at(match.index),
      kind: fileKind,
      message: match[2] ?? match[3] ?? messageBefore(source.slice(Math.max(0, match.index - 500), match.index)),
    };
  });
  const unions = [...source.matchAll(/type \w*ErrorCode =([^;]+);/g)].flatMap((union) =>
    [...(union[1] ?? "").matchAll(new RegExp(kebab, "g"))].map((match) => ({
      code: match[1] ?? "",
      path,
      line: at(union.index),
      kind: fileKind,
      message: undefined,
    })),
  );
  return [...literals, ...helpers, ...unions];
}

/** The text of the nearest `const message = …` above a helper's call. */
function messageBefore(source: string): string | undefined {
  const match = [...source.matchAll(new RegExp(`\\bmessage(?::\\s*string)? =\\s*${text}`, "g"))].at(-1);
  return match?.[1] ?? match?.[2];
}
