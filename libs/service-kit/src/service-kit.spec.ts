import { expect, describe, it } from "@jest/globals";
import { kitSettings } from "./kit-settings.ts";
import { openServiceKit } from "./service-kit.ts";

describe("openServiceKit", () => {
  it("is not ready before everything was started, also while no part has said anything", async () => {
    const kit = await openServiceKit(kitSettings.parse({ adminAddress: "127.0.0.1:0" }), { service: "test", version: "0" });
    const ready = async (): Promise<[number, string]> => {
      const response = await fetch(`http://${kit.adminAddress ?? ""}/readyz`);
      return [response.status, await response.text()];
    };
    try {
      expect(await ready()).toEqual([503, "process: starting\n"]);
      kit.readiness.add("broker", () => "recovering");
      kit.started();
      expect(await ready()).toEqual([503, "broker: recovering\n"]);
    } finally {
      await kit.close();
    }
  });
});
