import type { Turn } from "../turn.ts";
export function consumerTimerFired(_turn: Turn, _group: string, _memberId: string): void {}
export function loadConsumerGroups(_turn: Turn): void {}
