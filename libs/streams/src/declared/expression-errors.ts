import { AppError, type OperatorNode } from "@millrace/model";
import { ExpressionFault } from "@millrace/ports";

/** An expression that is none, or does not fit its operator. `name` is that of the expression at the operator. */
export function expressionInvalid(
  { id }: OperatorNode,
  name: string,
  { problem, column, fix, cause }: { readonly problem: string; readonly column: number; readonly fix: string; readonly cause?: unknown },
): AppError {
  const message = `expression ${name} of operator ${id}, column ${column}: ${problem}; ${fix}`;
  return new AppError({ kind: "invalid", code: "expression-invalid", message, context: { operator: id, expression: name, column }, cause });
}

/** The same of what the language says. */
export function expressionFault(operator: OperatorNode, name: string, error: unknown): AppError {
  if (!(error instanceof ExpressionFault)) throw error;
  return expressionInvalid(operator, name, { problem: error.message, column: error.column, fix: error.fix, cause: error });
}

/** An operator without the text that says what it does. */
export function expressionMissing({ id, kind }: OperatorNode, name: string, what: string): AppError {
  const message = `a ${kind} needs the expression ${name}: give operator ${id} ${what}`;
  return new AppError({ kind: "invalid", code: "expression-missing", message, context: { operator: id, expression: name } });
}

/** A text that nobody would read. */
export function expressionUnknown({ id, kind }: OperatorNode, name: string, known: readonly string[]): AppError {
  const message = `a ${kind} has no expression ${name}: ${known.length === 0 ? "it takes none" : `it takes ${known.join(", ")}`}`;
  return new AppError({ kind: "invalid", code: "expression-unknown", message, context: { operator: id, expression: name } });
}

/** A kind whose function no expression can be. */
export function operatorNeedsModule({ id, kind }: OperatorNode, instead: string): AppError {
  const message = `a ${kind} takes a function that no expression can be: use ${instead}, or write the job as a module`;
  return new AppError({ kind: "invalid", code: "operator-needs-module", message, context: { operator: id, kind } });
}

/** An operator that is given elements it can do nothing with. */
export function elementsUnfit({ id, kind }: OperatorNode, problem: string, fix: string): AppError {
  const message = `${kind} ${id}: ${problem}; ${fix}`;
  return new AppError({ kind: "invalid", code: "elements-unfit", message, context: { operator: id } });
}
