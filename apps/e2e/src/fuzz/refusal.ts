import { AppError, type ErrorKind } from "@millrace/model";

/** Runs it; an AppError of these kinds is a proper refusal, anything else that is thrown is not. True: it was taken. */
export function takenOrRefused(action: () => unknown, kinds: readonly ErrorKind[] = ["invalid", "corrupt", "exhausted"]): boolean {
  try {
    action();
    return true;
  } catch (error) {
    if (isRefusal(error, kinds)) return false;
    throw error;
  }
}

export function isRefusal(error: unknown, kinds: readonly ErrorKind[]): boolean {
  return error instanceof AppError && kinds.includes(error.kind);
}
