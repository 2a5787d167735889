import type { Finding } from "../finding.ts";
import { pathsMatching, textOf, type Tree } from "../tree.ts";

interface Ban {
  readonly pattern: RegExp;
  readonly where: RegExp;
  readonly except?: RegExp;
  /** What to write instead. */
  readonly instead: string;
}

const sources = /^(apps|libs|tools)\/.*\.(ts|mjs)$/;
const libSources = /^libs\/(?!.*\/(test|bench)\/).*(?<!\.spec)\.ts$/;
const self = /^tools\/tidy\//;

/** Words and constructs with a better replacement. Text only: what lint can see by types is lint's. */
export const bans: readonly Ban[] = [
  { pattern: /@ts-ignore|@ts-nocheck/, where: sources, except: self, instead: "@ts-expect-error with the reason behind it" },
  { pattern: /^export \* from/m, where: sources, instead: "named exports: the index is the list of what a lib promises" },
  {
    pattern: /^export default/m,
    where: /^libs\/.*\/src\/.*\.ts$/,
    except: /\/(jobs?|fixtures)\//,
    instead: "a named export (only job modules have a default)",
  },
  { pattern: /^\s*(export )?(const )?enum /m, where: sources, instead: "a union of literals: enums do not survive type stripping" },
  {
    pattern: /\b(describe|it|test)\.only\(|\bf(it|describe)\(/,
    where: sources,
    except: self,
    instead: "run one file with jest -t; .only hides the others",
  },
  { pattern: /\b(it|describe|test)\.skip\(|\bx(it|describe)\(/, where: sources, except: self, instead: "a fixed test, or none" },
  { pattern: /\bTODO(?!\(#\d+\))/, where: sources, except: self, instead: "TODO(#123): with its issue, or do it" },
  { pattern: /\bFIXME\b|\bXXX\b/, where: sources, except: self, instead: "TODO(#123): with its issue" },
  { pattern: /\bconsole\.(log|error|warn|info|debug)\(/, where: libSources, instead: "the Logger port; output for people belongs in apps" },
  {
    pattern: /\bprocess\.exit\(/,
    where: libSources,
    except: /^libs\/(service-kit|worker-host)\//,
    instead: "throw, or let the app decide: exit loses buffered work",
  },
  { pattern: /\bsubstr\(/, where: sources, except: self, instead: "slice" },
  { pattern: /\bnew Buffer\(/, where: sources, except: self, instead: "Buffer.from or Buffer.alloc" },
  { pattern: /\butils?\.ts$|\bhelpers?\.ts"/, where: /src\/index\.ts$/, instead: "a file named after its idea" },
  {
    pattern: /eslint-disable(?!.* -- )/,
    where: sources,
    except: self,
    instead: "its reason behind it: eslint-disable-next-line rule -- why",
  },
  {
    pattern: new RegExp(["registry", "npmjs|", "registry", "yarnpkg"].join("\\.").replace("|\\.", "|"), "i"),
    where: /./,
    instead: "nothing: where packages come from is each machine's setting",
  },
  { pattern: new RegExp("(^|[\\s\"'`(])/" + "work/(main|shared)", "m"), where: /./, instead: "a path inside the checkout" },
];

/** Each ban, wherever it applies. Generated code is not ours to word. */
export function bansRule(tree: Tree): readonly Finding[] {
  const paths = pathsMatching(tree, /^(?!.*\/gen\/)/);
  return bans.flatMap((ban) =>
    paths
      .filter((path) => ban.where.test(path) && ban.except?.test(path) !== true)
      .flatMap((path) => {
        const text = textOf(tree, path);
        const match = ban.pattern.exec(text);
        if (match === null) return [];
        const line = text.slice(0, match.index).split("\n").length + (match[0].startsWith("\n") ? 1 : 0);
        return [{ path, line, rule: "bans", message: `${match[0].trim()}: write ${ban.instead}` }];
      }),
  );
}
