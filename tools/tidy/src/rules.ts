import { bansRule } from "./rules/bans.ts";
import { compatibilityRule } from "./rules/compatibility.ts";
import { dashboardsRule } from "./rules/dashboards.ts";
import { errorPagesRule } from "./rules/error-pages.ts";
import { examplesRule } from "./rules/examples.ts";
import { filesRule } from "./rules/files.ts";
import { formatsRule } from "./rules/formats.ts";
import { layersRule } from "./rules/layers.ts";
import { libReadmeRule } from "./rules/lib-readme.ts";
import { linksRule } from "./rules/links.ts";
import { metricsRule } from "./rules/metrics.ts";
import { packagesRule } from "./rules/packages.ts";
import type { Rule } from "./tree.ts";

/** Every rule of the tree. */
export const rules: readonly Rule[] = [
  layersRule,
  libReadmeRule,
  packagesRule,
  errorPagesRule,
  filesRule,
  linksRule,
  bansRule,
  compatibilityRule,
  examplesRule,
  metricsRule,
  dashboardsRule,
  formatsRule,
];
