// Loaded before a server (`node --import`): its metrics are counted nowhere, so that what counting costs can be measured. The product has no such switch.
import type { Counter, Histogram, Metrics } from "@millrace/ports";
import { MetricRegistry } from "@millrace/service-kit";

const nothing: Counter & Histogram = { add: () => undefined, record: () => undefined };
const none: Metrics = { counter: () => nothing, histogram: () => nothing, gauge: () => undefined };

Object.assign(MetricRegistry.prototype, none);
