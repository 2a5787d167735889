import type { ServiceProcess } from "@millrace/service-kit";
import { type BrokerAppSettings, brokerAppSchema } from "./settings.ts";
import { startBroker } from "./start-broker.ts";

/** The broker as a process, for `main.ts` and `millrace broker`. */
export const brokerProcess: ServiceProcess<BrokerAppSettings> = { service: "broker", schema: brokerAppSchema, start: startBroker };
