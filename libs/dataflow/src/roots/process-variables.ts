import { canonicalKey, type CanonicalKey, type StateVariable } from "@millrace/model";

/** One element with the batch time of its last write. */
type Stamped = readonly [value: unknown, writtenMs: number];

/** What one key holds: per variable its value, elements, or entries. Plain data: this is what is saved. */
export interface Variables {
  readonly values: Map<string, Stamped>;
  readonly lists: Map<string, Stamped[]>;
  readonly maps: Map<string, Map<CanonicalKey, readonly [key: unknown, value: unknown, writtenMs: number]>>;
}

export function emptyVariables(): Variables {
  return { values: new Map(), lists: new Map(), maps: new Map() };
}

export function isEmpty({ values, lists, maps }: Variables): boolean {
  return values.size === 0 && lists.size === 0 && maps.size === 0;
}

/** Drops what is expired at this batch time: last write + ttl ≤ now. Entries of lists and maps go one by one. */
export function expire(variables: Variables, declared: Readonly<Record<string, StateVariable>>, nowMs: number): void {
  for (const [name, { ttlMs }] of Object.entries(declared)) {
    if (ttlMs === undefined) continue;
    const isExpired = (writtenMs: number): boolean => writtenMs + ttlMs <= nowMs;
    const value = variables.values.get(name);
    if (value !== undefined && isExpired(value[1])) variables.values.delete(name);
    const list = variables.lists.get(name)?.filter(([, writtenMs]) => !isExpired(writtenMs));
    if (list?.length === 0) variables.lists.delete(name);
    else if (list !== undefined) variables.lists.set(name, list);
    const map = variables.maps.get(name);
    for (const [canonical, [, , writtenMs]] of map ?? []) if (isExpired(writtenMs)) map?.delete(canonical);
    if (map?.size === 0) variables.maps.delete(name);
  }
}

/** Times at which something of the key may be expired, each once: what a restart must look at again. */
export function expiriesOf(variables: Variables, declared: Readonly<Record<string, StateVariable>>): ReadonlySet<number> {
  const times = new Set<number>();
  for (const [name, { ttlMs }] of Object.entries(declared)) {
    if (ttlMs === undefined) continue;
    const value = variables.values.get(name);
    if (value !== undefined) times.add(value[1] + ttlMs);
    for (const [, writtenMs] of variables.lists.get(name) ?? []) times.add(writtenMs + ttlMs);
    for (const [, , writtenMs] of variables.maps.get(name)?.values() ?? []) times.add(writtenMs + ttlMs);
  }
  return times;
}

/** What variables are read and written through: the key in hand, and the batch time that a write is stamped with. */
export interface VariableAccess {
  current(): Variables;
  /** Something of the key was written; `ttlMs`: it must be looked at again after that long. */
  written(ttlMs: number | undefined): number;
}

/** The object that user code sees of a variable; one for all keys. */
export function variableHandle(name: string, { type, ttlMs }: StateVariable, access: VariableAccess): object {
  switch (type) {
    case "value":
      return valueHandle(name, ttlMs, access);
    case "list":
      return listHandle(name, ttlMs, access);
    case "map":
      return mapHandle(name, ttlMs, access);
  }
}

function valueHandle(name: string, ttlMs: number | undefined, access: VariableAccess): object {
  return {
    get: () => access.current().values.get(name)?.[0],
    set(value: unknown) {
      access.current().values.set(name, [value, access.written(ttlMs)]);
    },
    clear() {
      access.current().values.delete(name);
      access.written(undefined);
    },
  };
}

function listHandle(name: string, ttlMs: number | undefined, access: VariableAccess): object {
  return {
    get: () => (access.current().lists.get(name) ?? []).map(([value]) => value),
    add(value: unknown) {
      const { lists } = access.current();
      const list = lists.get(name) ?? [];
      list.push([value, access.written(ttlMs)]);
      lists.set(name, list);
    },
    set(values: Iterable<unknown>) {
      const writtenMs = access.written(ttlMs);
      const list = Array.from(values, (value): Stamped => [value, writtenMs]);
      if (list.length === 0) access.current().lists.delete(name);
      else access.current().lists.set(name, list);
    },
    clear() {
      access.current().lists.delete(name);
      access.written(undefined);
    },
  };
}

function mapHandle(name: string, ttlMs: number | undefined, access: VariableAccess): object {
  const entries = () => access.current().maps.get(name) ?? new Map<CanonicalKey, readonly [unknown, unknown, number]>();
  return {
    get: (key: unknown) => entries().get(canonicalKey(key))?.[1],
    has: (key: unknown) => entries().has(canonicalKey(key)),
    set(key: unknown, value: unknown) {
      const { maps } = access.current();
      const map = maps.get(name) ?? new Map<CanonicalKey, readonly [unknown, unknown, number]>();
      map.set(canonicalKey(key), [key, value, access.written(ttlMs)]);
      maps.set(name, map);
    },
    delete(key: unknown) {
      const map = entries();
      map.delete(canonicalKey(key));
      if (map.size === 0) access.current().maps.delete(name);
      access.written(undefined);
    },
    entries: () => Array.from(entries().values(), ([key, value]) => [key, value] as const),
    clear() {
      access.current().maps.delete(name);
      access.written(undefined);
    },
  };
}

/** Plain data of a key, and back. */
export function saveVariables({ values, lists, maps }: Variables): unknown {
  return [[...values], [...lists], Array.from(maps, ([name, map]) => [name, [...map.values()]])];
}

export function loadVariables(saved: unknown): Variables {
  const [values, lists, maps] = saved as readonly [
    readonly (readonly [string, Stamped])[],
    readonly (readonly [string, Stamped[]])[],
    readonly (readonly [string, readonly (readonly [unknown, unknown, number])[]])[],
  ];
  return {
    values: new Map(values),
    lists: new Map(lists),
    maps: new Map(maps.map(([name, entries]) => [name, new Map(entries.map((entry) => [canonicalKey(entry[0]), entry]))])),
  };
}
