import { describe, expect, it } from "@jest/globals";
import { JOB_SETTINGS_DEFAULT } from "@millrace/model";
import { INITIAL_RATE } from "./limits.ts";
import { RateEstimator } from "./rate-estimator.ts";

const settings = { ...JOB_SETTINGS_DEFAULT, batchIntervalMs: 1_000 };
const estimator = (): RateEstimator => new RateEstimator(1_000);

/** A batch that ends at `atMs`. */
function batch(of: RateEstimator, atMs: number, { records, processingMs, schedulingMs = 0 }: Record<string, number>): void {
  of.batchBegan(atMs - (processingMs ?? 0));
  of.batchDone(atMs, records ?? 0, schedulingMs);
}

describe("RateEstimator", () => {
  it("gives the rates of the specification's example", () => {
    const rates = estimator();
    const seen = [
      { records: 1_000, processingMs: 500 },
      { records: 2_000, processingMs: 1_000 },
      { records: 2_000, processingMs: 2_000, schedulingMs: 1_000 },
    ].map((measure, i) => {
      batch(rates, (i + 1) * 1_000, measure);
      return rates.rate;
    });
    expect(seen).toEqual([2_000, 2_000, 800]);
  });

  it("bounds the first batch, before anything is known, and never raises the job's own bound", () => {
    expect(estimator().bound(settings).maxRecordsPerBatch).toBe(INITIAL_RATE);
    expect(estimator().bound({ ...settings, maxRecordsPerBatch: 7 }).maxRecordsPerBatch).toBe(7);
  });

  it("cuts batches down to what a slow sink takes in their time", () => {
    const rates = estimator();
    batch(rates, 20_000, { records: 10_000, processingMs: 20_000 });
    expect(rates.bound(settings).maxRecordsPerBatch).toBe(500);
    expect(rates.processingMs).toBe(20_000);
  });

  it("keeps the bound of a job that is quiet for a while", () => {
    const rates = estimator();
    batch(rates, 1_000, { records: 10_000, processingMs: 100 });
    batch(rates, 2_000, { records: 5, processingMs: 20 });
    expect(rates.rate).toBe(250);
    expect(rates.bound({ ...settings, maxRecordsPerBatch: 1_000_000 }).maxRecordsPerBatch).toBe(100_000);
  });

  it("finds its way up again when what was slow is fast", () => {
    const rates = estimator();
    let atMs = 10_000;
    batch(rates, atMs, { records: 100, processingMs: 10_000 });
    for (let i = 0; i < 4; i++) {
      const records = rates.bound(settings).maxRecordsPerBatch;
      const processingMs = 20 + records / 500; // 20 ms of each batch are its own
      batch(rates, (atMs += processingMs), { records, processingMs });
    }
    expect(rates.bound(settings).maxRecordsPerBatch).toBe(settings.maxRecordsPerBatch);
  });

  it("learns nothing from empty batches, and from none that took no time", () => {
    const rates = estimator();
    batch(rates, 1_000, { records: 1_000, processingMs: 1_000 });
    batch(rates, 2_000, { records: 0, processingMs: 1_000 });
    batch(rates, 3_000, { records: 9_000, processingMs: 0 });
    expect(rates.rate).toBe(1_000);
  });
});
