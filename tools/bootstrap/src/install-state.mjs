/**
 * @typedef {{ version?: string, optional?: boolean, link?: boolean, resolved?: string }} LockEntry
 * @typedef {{ packages?: Record<string, LockEntry> }} Lock
 */

/**
 * True when what npm wrote down after its last finished install (node_modules/.package-lock.json) is what package-lock.json asks for.
 * npm removes node_modules first and writes that file last, so an install cut short is never taken for a whole one.
 * Packages for other platforms may be absent; a workspace package may be linked later by hand.
 *
 * @param {Lock} wanted
 * @param {Lock} installed
 * @param {(path: string) => boolean} exists tells whether a linked workspace package is there
 * @returns {boolean}
 */
export function sameTree(wanted, installed, exists) {
  const have = installed.packages ?? {};
  return Object.entries(wanted.packages ?? {}).every(([path, entry]) => {
    if (!path.startsWith("node_modules/") && !path.includes("/node_modules/")) return true;
    if (entry.link) return exists(path);
    const found = have[path];
    return found === undefined ? entry.optional === true : found.version === entry.version;
  });
}
