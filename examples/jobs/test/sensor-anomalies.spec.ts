import { expect, it } from "@jest/globals";
import { minutes, seconds } from "@millrace/streams";
import { testJob } from "@millrace/streams/testing";
import sensorAnomalies from "../sensor-anomalies.ts";

const readings = (sensor: string, values: readonly number[]) =>
  values.map((value, index) => ({ sensor, at: minutes(10) + index * seconds(1), value }));

it("writes each window of five minutes whose extreme is far from its mean", async () => {
  const test = testJob(sensorAnomalies);
  await test.send("readings", ...readings("boiler", [20, 20, 20, 20, 80]), ...readings("hall", [20, 21, 20, 21, 22])).end();
  const windows = [6, 7, 8, 9, 10].map((minute) => ({ from: minutes(minute), until: minutes(minute + 5) }));
  expect(test.takeValues("anomalies")).toEqual(
    windows.map((window) => ({ sensor: "boiler", ...window, readings: 5, mean: 32, extreme: 80 })),
  );
});

it("says nothing of a sensor with fewer than five readings", async () => {
  const test = testJob(sensorAnomalies);
  await test.send("readings", ...readings("boiler", [20, 20, 20, 80])).end();
  expect(test.takeValues("anomalies")).toEqual([]);
});
