import type { InstalledPackage } from "./packages.ts";

/** What is inside, as CycloneDX 1.6 JSON: the same bytes for the same content, so without time and serial number. */
export function softwareBill(image: { name: string; version: string }, packages: readonly InstalledPackage[], node: string): string {
  const runtime = { type: "platform", name: "node", version: node.replace(/^v/, ""), licenses: [{ license: { id: "MIT" } }] };
  const components = packages.map(({ name, version, license }) => ({
    type: "library",
    name,
    version,
    purl: `pkg:npm/${name.replace("@", "%40")}@${version}`,
    licenses: [{ expression: license }],
  }));
  const metadata = { component: { type: "container", name: `millrace/${image.name}`, version: image.version } };
  return `${JSON.stringify({ bomFormat: "CycloneDX", specVersion: "1.6", version: 1, metadata, components: [runtime, ...components] }, undefined, 1)}\n`;
}
