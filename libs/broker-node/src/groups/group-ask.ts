import type { GroupRequest } from "@millrace/groups";

type WithoutTurn<T> = T extends unknown ? Omit<T, "correlation" | "now"> : never;

/** A request to a group coordinator as its caller knows it: the coordinator adds the correlation and the time. */
export type GroupAsk = WithoutTurn<GroupRequest>;
