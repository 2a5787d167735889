import type { OperatorNode } from "@millrace/model";
import type { PhysicalPlan, Stage } from "@millrace/planner";
import { assertDefined } from "@millrace/stdx";
import { STAGE_TASKS_MAX } from "../limits.ts";

/**
 * Lanes: a union adds up the partitions of its parents, so an operator behind a union of two branches of one stage has two lanes in each task, one per
 * branch: `glom` gives two arrays. Lanes are numbered in order of the union's parents, in every operator that follows.
 *
 *   a ─┬─> b ─┐            union (a, b): lane 0 carries a, lane 1 carries b
 *      └──────┴─> union    rows sent on: all tasks' lane 0 first, then all tasks' lane 1
 */
export class Lanes {
  readonly #plan: PhysicalPlan;
  readonly #counts = new Map<string, number>();
  readonly #ranks = new Map<string, readonly number[]>();

  constructor(plan: PhysicalPlan) {
    this.#plan = plan;
  }

  /** Lanes of an operator in each task of a stage: 1 unless a union above it joins branches of the stage. */
  count(stage: Stage, id: string): number {
    if (id === stage.root) return 1;
    const name = `${stage.index}/${id}`;
    const known = this.#counts.get(name);
    if (known !== undefined) return known;
    const inStage = this.#operator(id).parents.filter((parent) => stage.operators.includes(parent));
    const count = inStage.reduce((sum, parent) => sum + this.count(stage, parent), 0);
    this.#counts.set(name, count);
    return count;
  }

  /** The lanes of `child` that a lane of its parent leads to: one, or one for each time a union names the parent. */
  below(stage: Stage, parent: { readonly id: string; readonly lane: number }, child: string): readonly number[] {
    const lanes: number[] = [];
    let before = 0;
    for (const other of this.#operator(child).parents) {
      if (!stage.operators.includes(other)) continue;
      if (other === parent.id) lanes.push(before + parent.lane);
      before += this.count(stage, other);
    }
    return lanes;
  }

  /** Number of (task, lane) under which a task sends rows: tasks of lane 0 come first, lane 0 of a task is the task itself. */
  sender(task: number, lane: number): number {
    return lane * STAGE_TASKS_MAX + task;
  }

  /** Place of what a sender sent among all that comes to the receiving operator: parents in order, in them the branches of unions in order, then tasks. */
  compare(left: { readonly edge: number; readonly fromTask: number }, right: { readonly edge: number; readonly fromTask: number }): number {
    return this.#rank(left) - this.#rank(right) || (left.fromTask % STAGE_TASKS_MAX) - (right.fromTask % STAGE_TASKS_MAX);
  }

  #rank(block: { readonly edge: number; readonly fromTask: number }): number {
    const edge = assertDefined(this.#plan.edges[block.edge], "edge");
    const name = `${edge.index}`;
    let ranks = this.#ranks.get(name);
    if (ranks === undefined) this.#ranks.set(name, (ranks = this.#ranksOf(edge.index)));
    return ranks[Math.floor(block.fromTask / STAGE_TASKS_MAX)] ?? 0;
  }

  /** Rank of each lane of an edge: its position among the ways into the receiver, each way named by the stage where it starts. */
  #ranksOf(index: number): readonly number[] {
    const edge = assertDefined(this.#plan.edges[index], "edge");
    const ways = [...new Set(this.#operator(edge.to).parents)].flatMap((parent) => this.#waysTo(parent).map((root) => ({ parent, root })));
    const root = this.#plan.stages[edge.fromStage]?.root;
    return ways.flatMap((way, rank) => (way.parent === edge.from && way.root === root ? [rank] : []));
  }

  /** Root of every way to an operator, in order of unions' parents. */
  #waysTo(id: string): readonly string[] {
    if (this.#plan.stages.some(({ root }) => root === id)) return [id];
    return this.#operator(id).parents.flatMap((parent) => this.#waysTo(parent));
  }

  #operator(id: string): OperatorNode {
    return assertDefined(this.#plan.operators.get(id), `operator ${id}`);
  }
}
