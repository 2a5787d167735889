import { errorCodes } from "../error-codes.ts";
import type { Finding } from "../finding.ts";
import { pathsMatching, textOf, type Tree } from "../tree.ts";

const rule = "error-pages";
const sections = ["## What happened", "## Why", "## What to do"];

/** Each error code of the sources has its page in docs/errors, each page has its code, and says what, why and what to do. */
export function errorPagesRule(tree: Tree): readonly Finding[] {
  const codes = errorCodes(tree);
  const pages = pathsMatching(tree, /^docs\/errors\/(?!README)[^/]+\.md$/);
  const known = new Set(codes.map(({ code }) => pagePath(code)));
  return [
    ...codes
      .filter(({ code }) => !tree.files.has(pagePath(code)))
      .map(({ code, path, line }) => ({
        path,
        line,
        rule,
        message: `code ${code} has no page: npm run fix -- tidy writes a first one`,
      })),
    ...pages.filter((path) => !known.has(path)).map((path) => ({ path, rule, message: "no source raises this code: delete the page" })),
    ...pages.flatMap((path) =>
      sections
        .filter((section) => !textOf(tree, path).includes(`${section}\n`))
        .map((section) => ({ path, rule, message: `lacks "${section}"` })),
    ),
  ];
}

/** Where the page of a code is. */
export function pagePath(code: string): string {
  return `docs/errors/${code}.md`;
}
