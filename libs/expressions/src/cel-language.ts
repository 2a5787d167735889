import { type ASTNode, EvaluationError, ParseError, type ParseResult, TypeError as CelTypeError } from "@marcbachmann/cel-js";
import { type Expression, ExpressionFault, type ExpressionLanguage, type ExpressionOutline, type ExpressionType } from "@millrace/ports";
import { CelScope, valueOut } from "./cel-types.ts";
import { EXPRESSION_LENGTH_MAX } from "./limits.ts";
import { partAt } from "./part-at.ts";

/** CEL, the Common Expression Language: https://github.com/google/cel-spec. */
export function createExpressionLanguage(): ExpressionLanguage {
  return { compile, outline };
}

function compile(text: string, variables: Readonly<Record<string, ExpressionType>>): Expression {
  assertLength(text);
  const scope = new CelScope(variables);
  const program = parse(text, scope);
  const type = typeOf(program.ast, text, scope);
  return {
    type,
    evaluate(...values) {
      try {
        return valueOut(program(scope.context(values)));
      } catch (error) {
        throw faultOf(error, RUN_FIX);
      }
    },
  };
}

function outline(text: string): ExpressionOutline {
  assertLength(text);
  const { ast } = parse(text, new CelScope({}));
  if (ast.op === "call") {
    const [name, args] = ast.args;
    return { kind: "call", name, column: ast.start + 1, parts: args.map((part) => partAt(text, part)) };
  }
  const fields = ast.op === "map" ? recordEntries(ast) : undefined;
  if (fields === undefined) return { kind: "other", column: ast.start + 1 };
  return { kind: "record", parts: fields.map(([name, part]) => [name, partAt(text, part)]) };
}

function assertLength(text: string): void {
  if (text.trim() === "") throw new ExpressionFault("the expression is empty", { column: 1, fix: "write one" });
  if (text.length <= EXPRESSION_LENGTH_MAX) return;
  const problem = `the expression has ${text.length} characters, at most ${EXPRESSION_LENGTH_MAX}`;
  throw new ExpressionFault(problem, { column: EXPRESSION_LENGTH_MAX, fix: "divide it over several operators" });
}

function parse(text: string, scope: CelScope): ParseResult {
  try {
    return scope.environment.parse(text);
  } catch (error) {
    throw faultOf(error, PARSE_FIX);
  }
}

/** The checker's type; of a literal with names as keys, the type of each of them, which the checker does not keep. */
function typeOf(node: ASTNode, text: string, scope: CelScope): ExpressionType {
  const part = partAt(text, node);
  const checked = scope.environment.check(part);
  if (!checked.valid) throw faultOf(checked.error, checkFix(scope));
  const entries = node.op === "map" ? recordEntries(node) : undefined;
  if (entries === undefined || entries.length === 0) return scope.typeNamed(checked.type ?? "dyn");
  return { record: Object.fromEntries(entries.map(([name, value]) => [name, typeOf(value, text, scope)])) };
}

function recordEntries(node: ASTNode & { readonly op: "map" }): readonly (readonly [string, ASTNode])[] | undefined {
  const entries: (readonly [string, ASTNode])[] = [];
  for (const [key, value] of node.args) {
    if (key.op !== "value" || typeof key.args !== "string") return undefined;
    entries.push([key.args, value]);
  }
  return entries;
}

const PARSE_FIX = "correct the syntax, which is CEL's";
const RUN_FIX =
  "test for what may be absent with has(), and mind that numbers of JSON without declared fields are doubles: write 1.0, or declare the fields at the source";

function checkFix(scope: CelScope): string {
  const names = scope.names.length === 0 ? "no variables" : scope.names.join(", ");
  return `here are ${names}; convert what is of another type with int(), double() or string()`;
}

function faultOf(error: unknown, fix: string): ExpressionFault {
  const isOfCel = error instanceof ParseError || error instanceof CelTypeError || error instanceof EvaluationError;
  if (isOfCel) return new ExpressionFault(error.summary, { column: (error.range?.start ?? 0) + 1, fix }, { cause: error });
  return new ExpressionFault(error instanceof Error ? error.message : String(error), { column: 1, fix }, { cause: error });
}
