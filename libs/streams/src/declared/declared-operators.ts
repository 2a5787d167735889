import { CUSTOM_CONNECTOR, type JobFunction, type OperatorKind, type OperatorNode } from "@millrace/model";
import type { ExpressionLanguage, ExpressionType } from "@millrace/ports";
import { aggregateOf } from "./aggregate-text.ts";
import { elementsUnfit, operatorNeedsModule } from "./expression-errors.ts";
import { ANYTHING, CONDITION, itemType, LENGTH, LIST, ofType, OperatorTexts, TIME, type Wanted } from "./operator-texts.ts";
import {
  joinedShape,
  type Pairs,
  pairShape,
  plainShape,
  sameShape,
  type Shape,
  sourceShape,
  type Variable,
  windowShape,
} from "./shapes.ts";
import { mapWithStateOf, updateStateOf } from "./state-texts.ts";

/** What becomes of an operator's texts: functions by the names under which its kind calls them, and the elements that it yields. */
export interface DeclaredOperator {
  readonly functions: Readonly<Record<string, JobFunction>>;
  readonly shape: Shape;
}

/** Names of the expressions of each kind; a kind without any is complete by its settings. */
const EXPRESSIONS: Readonly<Partial<Record<OperatorKind, readonly string[]>>> = {
  map: ["value", "key"],
  flatMap: ["values"],
  filter: ["condition"],
  mapValues: ["value"],
  flatMapValues: ["values"],
  eventTime: ["time"],
  reduce: ["combine"],
  reduceByKey: ["combine"],
  combineByKey: ["create", "mergeValue", "mergeCombiners"],
  reduceByKeyAndWindow: ["combine", "inverse", "condition"],
  aggregateByTimeWindow: ["aggregate"],
  aggregateBySession: ["aggregate", "gap"],
  aggregateByKey: ["aggregate"],
  updateStateByKey: ["initial", "state", "remove"],
  mapWithState: ["initial", "state", "result", "condition", "remove", "timeoutResult"],
  dropDuplicates: ["key"],
  joinWithin: ["condition"],
  sort: ["by"],
  sink: ["key", "value", "timestamp"],
};

/** Kinds whose functions are programs, and what does the same by expressions. */
const NEEDS_MODULE: Readonly<Partial<Record<OperatorKind, string>>> = {
  mapPartitions: "map or flatMap",
  mapAsync: "joinTable with a topic of what would be asked",
  transform: "operators on elements",
  mapGroupsWithState: "mapWithState or a window",
  process: "mapWithState with a time-out, a window or joinWithin",
  foreachBatch: "a sink",
};

/** Compiles the texts of an operator against the elements of its parents, or refuses with an AppError that names operator, expression and column. */
export function declareOperator(operator: OperatorNode, parents: readonly Shape[], language: ExpressionLanguage): DeclaredOperator {
  const instead = NEEDS_MODULE[operator.kind];
  if (instead !== undefined) throw operatorNeedsModule(operator, instead);
  if (isCustom(operator)) throw operatorNeedsModule(operator, "a topic or a connector that workers have");
  const texts = new OperatorTexts(operator, language, EXPRESSIONS[operator.kind] ?? []);
  return new Declaration(operator, parents, texts).make();
}

/** Sources and sinks whose code is in a module. */
function isCustom(operator: OperatorNode): boolean {
  const end = operator.kind === "source" ? operator.source : operator.kind === "sink" ? operator.sink : undefined;
  return end?.type === "connector" && end.connector === CUSTOM_CONNECTOR;
}

class Declaration {
  readonly #operator: OperatorNode;
  readonly #parents: readonly Shape[];
  readonly #texts: OperatorTexts;

  constructor(operator: OperatorNode, parents: readonly Shape[], texts: OperatorTexts) {
    this.#operator = operator;
    this.#parents = parents;
    this.#texts = texts;
  }

  make(): DeclaredOperator {
    const operator = this.#operator;
    switch (operator.kind) {
      case "source":
        return this.#only(sourceShape(operator.source));
      case "map":
        return this.#map();
      case "flatMap": {
        const { type, f } = this.#texts.unary("values", this.#first.parts, LIST);
        return { functions: { f }, shape: plainShape(itemType(type)) };
      }
      case "filter":
        return this.#kept({ f: this.#texts.unary("condition", this.#first.parts, CONDITION).f });
      case "mapValues":
      case "flatMapValues":
        return this.#mapValues(operator.kind === "mapValues" ? "value" : "values");
      case "eventTime":
        return this.#kept(this.#texts.has("time") ? { time: this.#texts.unary("time", this.#first.parts, TIME).f } : {});
      case "reduce":
        return this.#kept({ f: this.#combine(this.#plain()) });
      case "count":
        return this.#only(plainShape("int"));
      case "countByValue":
        return this.#only(pairShape(this.#first.type, "int"));
      case "glom":
        return this.#only(plainShape({ list: this.#first.type }));
      case "dropDuplicates":
        return this.#kept({ key: this.#texts.unary("key", this.#first.parts, ANYTHING).f });
      case "sort":
        return this.#kept({ compare: this.#comparison() });
      case "sink":
        return this.#kept(this.#sinkFunctions());
      case "union":
        return this.#union();
      default:
        return this.#byKey();
    }
  }

  /** Operators that need pairs, and those without a text. */
  #byKey(): DeclaredOperator {
    const operator = this.#operator;
    switch (operator.kind) {
      case "reduceByKey":
        return this.#kept({ f: this.#combine(this.#pairs().value) });
      case "combineByKey":
        return this.#combineByKey();
      case "reduceByKeyAndWindow":
        return this.#kept(this.#windowFunctions());
      case "groupByKey":
        return this.#only(pairShape(this.#pairs().key, { list: this.#pairs().value }));
      case "aggregateByKey":
      case "aggregateByTimeWindow":
      case "aggregateBySession":
        return this.#aggregate();
      case "updateStateByKey":
        return updateStateOf(operator, this.#texts, this.#pairs());
      case "mapWithState":
        return mapWithStateOf(operator, this.#texts, this.#pairs());
      case "stateSnapshots":
        return this.#only(this.#states());
      case "cogroup":
      case "join":
      case "joinWithin":
      case "joinTable":
        return this.#joined(operator);
      default:
        return this.#kept({});
    }
  }

  get #first(): Shape {
    return this.#parents[0] ?? plainShape("any");
  }

  /** Elements of another shape, made without a function. */
  #only(shape: Shape): DeclaredOperator {
    return { functions: {}, shape };
  }

  /** The elements of the parent. */
  #kept(functions: DeclaredOperator["functions"]): DeclaredOperator {
    return { functions, shape: this.#first };
  }

  #pairs(index = 0): Pairs {
    const pair = this.#parents[index]?.pair;
    if (pair !== undefined) return pair;
    throw elementsUnfit(
      this.#operator,
      "it works by key, and the elements above it are no pairs",
      "put a map with key and value before it",
    );
  }

  #states(): Shape {
    const { states } = this.#first;
    if (states !== undefined) return states;
    const problem = "it yields the states of a mapWithState, and what is above it is none";
    throw elementsUnfit(this.#operator, problem, "put it right below one");
  }

  #plain(): ExpressionType {
    if (this.#first.pair === undefined) return this.#first.type;
    throw elementsUnfit(this.#operator, "it combines elements, and those above it are pairs", "use reduceByKey");
  }

  #map(): DeclaredOperator {
    const value = this.#texts.unary("value", this.#first.parts, ANYTHING);
    if (!this.#texts.has("key")) return { functions: { f: value.f }, shape: plainShape(value.type) };
    const key = this.#texts.unary("key", this.#first.parts, ANYTHING);
    return { functions: { f: (element) => [key.f(element), value.f(element)] }, shape: pairShape(key.type, value.type) };
  }

  #mapValues(name: "value" | "values"): DeclaredOperator {
    const { key, parts } = this.#pairs();
    const { type, f } = this.#texts.unary(name, parts, name === "value" ? ANYTHING : LIST);
    return { functions: { f }, shape: pairShape(key, name === "value" ? type : itemType(type)) };
  }

  #combine(type: ExpressionType): JobFunction {
    return this.#texts.binary("combine", twoOf("left", "right", type), ofType(type)).f;
  }

  #combineByKey(): DeclaredOperator {
    const { key, value, parts } = this.#pairs();
    const create = this.#texts.unary("create", parts, ANYTHING);
    const wanted = ofType(create.type);
    const [combined] = twoOf("combined", "", create.type);
    const [, added] = twoOf("", "value", value);
    const functions = {
      create: create.f,
      mergeValue: this.#texts.binary("mergeValue", [combined, added], wanted).f,
      mergeCombiners: this.#texts.binary("mergeCombiners", twoOf("left", "right", create.type), wanted).f,
    };
    return { functions, shape: pairShape(key, create.type) };
  }

  #windowFunctions(): DeclaredOperator["functions"] {
    const { key, value } = this.#pairs();
    const { inverse, filtered } = this.#operator as OperatorNode & { readonly kind: "reduceByKeyAndWindow" };
    const [whole] = twoOf("whole", "", value);
    const [, part] = twoOf("", "part", value);
    const [keyVariable] = twoOf("key", "", key);
    const [, valueVariable] = twoOf("", "value", value);
    return {
      f: this.#combine(value),
      ...(inverse ? { inverse: this.#texts.binary("inverse", [whole, part], ofType(value)).f } : {}),
      ...(filtered ? { filter: this.#texts.binary("condition", [keyVariable, valueVariable], CONDITION).f } : {}),
    };
  }

  #aggregate(): DeclaredOperator {
    const { key, parts } = this.#pairs();
    const { type, functions } = aggregateOf(this.#texts, parts, this.#operator.id);
    const { kind } = this.#operator;
    if (kind === "aggregateByKey") return { functions, shape: pairShape(key, type) };
    const needsGap = kind === "aggregateBySession" && this.#operator.gapMs === undefined;
    const gap: Readonly<Record<string, JobFunction>> = needsGap ? { gap: this.#texts.unary("gap", parts, LENGTH).f } : {};
    return { functions: { ...functions, ...gap }, shape: windowShape(key, type) };
  }

  #joined(operator: OperatorNode & { readonly kind: "cogroup" | "join" | "joinWithin" | "joinTable" }): DeclaredOperator {
    const [left, right] = [this.#pairs(0), this.#pairs(1)];
    if (operator.kind === "cogroup") return this.#only(joinedShape(left.key, { list: left.value }, { list: right.value }));
    const sides = operator.kind === "joinWithin" ? operator.type : operator.sides;
    const functions: Readonly<Record<string, JobFunction>> =
      operator.kind === "joinWithin" && this.#texts.has("condition")
        ? { where: this.#texts.binary("condition", [oneOf("left", left.value), oneOf("right", right.value)], CONDITION).f }
        : {};
    if (sides === "left-semi") return { functions, shape: this.#first };
    const isOuter = (side: string): boolean => sides === `${side}-outer` || sides === "full-outer";
    const shape = joinedShape(left.key, isOuter("right") ? "any" : left.value, isOuter("left") ? "any" : right.value);
    return { functions, shape };
  }

  #union(): DeclaredOperator {
    const other = this.#parents.findIndex((shape) => !sameShape(shape, this.#first));
    if (other < 0) return this.#kept({});
    const problem = `elements of its parents ${this.#operator.parents[0] ?? ""} and ${this.#operator.parents[other] ?? ""} are of different types`;
    throw elementsUnfit(this.#operator, problem, "map both to the same fields before it");
  }

  /** The natural order of what `by` gives, of lists item by item. */
  #comparison(): JobFunction {
    const wanted: Wanted = {
      what: "a number, text or timestamp to sort by, or a list of those",
      fits: (type) => typeof type === "string" || "list" in type,
    };
    const { f } = this.#texts.unary("by", this.#first.parts, wanted);
    return (left, right) => compare(f(left), f(right));
  }

  #sinkFunctions(): DeclaredOperator["functions"] {
    const functions: Record<string, JobFunction> = {};
    for (const name of ["key", "value"])
      if (this.#texts.has(name)) functions[name] = this.#texts.unary(name, this.#first.parts, ANYTHING).f;
    if (this.#texts.has("timestamp")) functions.timestamp = this.#texts.unary("timestamp", this.#first.parts, TIME).f;
    return functions;
  }
}

const asGiven = (given: unknown): unknown => given;

function oneOf(name: string, type: ExpressionType): Variable {
  return { name, type, of: asGiven };
}

function twoOf(left: string, right: string, type: ExpressionType): readonly [Variable, Variable] {
  return [oneOf(left, type), oneOf(right, type)];
}

function compare(left: unknown, right: unknown): number {
  if (Array.isArray(left) && Array.isArray(right)) {
    const items = left as readonly unknown[];
    for (const [index, item] of items.entries()) {
      const order = compare(item, (right as readonly unknown[])[index]);
      if (order !== 0) return order;
    }
    return 0;
  }
  if (typeof left === "number" && typeof right === "number") return left - right;
  const [l, r] = [String(left), String(right)];
  return l < r ? -1 : l > r ? 1 : 0;
}
