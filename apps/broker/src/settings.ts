import { brokerSettingsSchema } from "@millrace/broker-node";
import { kitSettings } from "@millrace/service-kit";
import { z } from "zod";

/** Settings of the broker process: those of the node and of every service. */
export const brokerAppSchema = z.object({ ...brokerSettingsSchema.shape, ...kitSettings.shape });

export type BrokerAppSettings = z.output<typeof brokerAppSchema>;
