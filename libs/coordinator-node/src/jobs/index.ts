export { createJobsPart, type JobsSettings } from "./jobs-part.ts";
