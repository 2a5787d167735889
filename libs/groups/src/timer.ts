/** A timer of a classic group. One of a kind per group or member, so their number is bounded by members and groups. */
export type ClassicTimer =
  | { readonly kind: "session"; readonly group: string; readonly memberId: string }
  | { readonly kind: "pending"; readonly group: string; readonly memberId: string }
  | { readonly kind: "join" | "sync"; readonly group: string };

/** A timer of a KIP-848 group: a member's session, and the time that it has to give up what it was told to. */
export interface ConsumerTimer {
  readonly kind: "consumerSession" | "consumerRevocation";
  readonly group: string;
  readonly memberId: string;
}

export type GroupTimer = ClassicTimer | ConsumerTimer | { readonly kind: "expireOffsets" };

export function isConsumerTimer(timer: GroupTimer): timer is ConsumerTimer {
  return timer.kind === "consumerSession" || timer.kind === "consumerRevocation";
}

/** Same text, same timer: setting it again replaces it. */
export function timerKey(timer: GroupTimer): string {
  return JSON.stringify([timer.kind, "group" in timer ? timer.group : "", "memberId" in timer ? timer.memberId : ""]);
}
