import { ConfigChange_Operation } from "@millrace/contracts";
import { incrementalAlterConfigsApi } from "@millrace/kafka-wire";
import { alterResources } from "./alter-resources.ts";
import { serve } from "./served-api.ts";

const OPERATIONS: readonly (ConfigChange_Operation | undefined)[] = [
  ConfigChange_Operation.SET,
  ConfigChange_Operation.DELETE,
  ConfigChange_Operation.APPEND,
  ConfigChange_Operation.SUBTRACT,
];

/** IncrementalAlterConfigs v0-1 (KIP-339): 0 set, 1 delete, 2 append and 3 subtract, for lists. Of a resource either every change is made or none. */
export const incrementalAlterConfigs = serve(incrementalAlterConfigsApi, async ({ resources, validateOnly }, call, context) => {
  const asked = resources.map(({ resourceType, resourceName, configs }) => ({
    resourceType,
    resourceName,
    replaceAll: false,
    changes: configs.map(({ name, configOperation, value }) => ({
      name,
      operation: OPERATIONS[configOperation] ?? ConfigChange_Operation.UNSPECIFIED,
      value,
    })),
  }));
  return { responses: await alterResources(asked, { validateOnly, call, context }) };
});
