/** How a question is asked: `signal` is aborted when nobody waits for the answer any more. */
export type Ask = (element: unknown, signal: AbortSignal) => Promise<unknown>;

/** What came of it: answers in the order of the elements, and the elements' places in the order of their answers. */
export interface Answers {
  readonly answers: readonly unknown[];
  readonly order: readonly number[];
}

/** Asks for all elements, at most `capacity` at a time, the first ones first. The first that fails ends it: nothing more is asked, and the others are given up. */
export async function askAll(elements: readonly unknown[], ask: Ask, capacity: number): Promise<Answers> {
  const answers = new Array<unknown>(elements.length);
  const order: number[] = [];
  const failed = new AbortController();
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < elements.length && !failed.signal.aborted) {
      const place = next++;
      answers[place] = await ask(elements[place], failed.signal);
      order.push(place);
    }
  };
  const workers = Array.from({ length: Math.min(capacity, elements.length) }, () =>
    work().catch((error: unknown) => {
      failed.abort(error);
      throw error;
    }),
  );
  await Promise.all(workers);
  return { answers, order };
}
