import { stateAbsent, stateIllegalCall } from "../errors.ts";

/** What the function of `mapWithState` sees as the state of its key. One object serves all calls of a task. */
export class KeyState {
  readonly #operatorId: string;
  #value: unknown;
  #exists = false;
  #timingOut = false;
  #updated = false;
  #removed = false;

  constructor(operatorId: string) {
    this.#operatorId = operatorId;
  }

  /** Before a call: the state as it is, undefined for none. */
  show(value: unknown, timingOut: boolean): void {
    this.#value = value;
    this.#exists = value !== undefined;
    this.#timingOut = timingOut;
    this.#updated = false;
    this.#removed = false;
  }

  get updated(): boolean {
    return this.#updated;
  }

  get removed(): boolean {
    return this.#removed;
  }

  exists(): boolean {
    return this.#exists;
  }

  get(): unknown {
    if (!this.#exists) throw stateAbsent(this.#operatorId);
    return this.#value;
  }

  getOption(): unknown {
    return this.#value;
  }

  update(value: unknown): void {
    this.#refuse("Cannot update the state");
    if (value === undefined) throw stateIllegalCall(this.#operatorId, "Cannot update the state to undefined: call remove()");
    this.#value = value;
    this.#exists = true;
    this.#updated = true;
  }

  remove(): void {
    this.#refuse("Cannot remove the state");
    this.#value = undefined;
    this.#exists = false;
    this.#removed = true;
    this.#updated = false;
  }

  isTimingOut(): boolean {
    return this.#timingOut;
  }

  #refuse(what: string): void {
    if (this.#timingOut) throw stateIllegalCall(this.#operatorId, `${what}: it is timing out and will be removed after this call`);
    if (this.#removed) throw stateIllegalCall(this.#operatorId, `${what}: it has already been removed in this call`);
  }
}
