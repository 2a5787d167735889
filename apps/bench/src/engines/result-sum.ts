/** Number of texts and a sum of their hashes: equal for the same texts in any order, each as often. */
export class ResultSum {
  #count = 0;
  #low = 0;
  #high = 0;

  add(text: string): void {
    let [low, high] = [0x811c9dc5, 0x9747b28c];
    for (let index = 0; index < text.length; index++) {
      const code = text.charCodeAt(index);
      low = Math.imul(low ^ code, 0x01000193);
      high = Math.imul(high ^ code, 0x85ebca6b);
      high ^= high >>> 15;
    }
    this.#count++;
    this.#low = (this.#low + low) >>> 0;
    this.#high = (this.#high + high) >>> 0;
  }

  /** What is wrong with these against the expected ones, in words. */
  differences(expected: ResultSum): string[] {
    if (this.#count !== expected.#count) return [`${this.#count} results, where ${expected.#count} are right`];
    return this.#low === expected.#low && this.#high === expected.#high ? [] : ["the results have another checksum than the right ones"];
  }
}
