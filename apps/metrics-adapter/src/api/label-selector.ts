/** One condition on a label; all of a selector must hold. */
export interface LabelRequirement {
  readonly label: string;
  readonly operator: "in" | "not-in" | "exists" | "absent";
  readonly values: readonly string[];
}

const LABEL = "[A-Za-z0-9]([-A-Za-z0-9_./]*[A-Za-z0-9])?";
const EQUAL = new RegExp(`^(${LABEL})\\s*(==|=|!=)\\s*(\\S*)$`);
const SET = new RegExp(`^(${LABEL})\\s+(in|notin)\\s*\\(([^()]*)\\)$`);
const PRESENCE = new RegExp(`^(!?)\\s*(${LABEL})$`);

/** A selector as queries have it: `job=a`, `job in (a, b)`, `job!=a`, `job notin (a)`, `job`, `!job`, with commas between. Undefined: it is none. */
export function parseLabelSelector(text: string): readonly LabelRequirement[] | undefined {
  const requirements: LabelRequirement[] = [];
  for (const part of splitOutside(text)) {
    const requirement = parseRequirement(part.trim());
    if (requirement === undefined) return undefined;
    requirements.push(requirement);
  }
  return requirements;
}

/** Whether labels fulfil all of it. */
export function matches(requirements: readonly LabelRequirement[], labels: Readonly<Record<string, string>>): boolean {
  return requirements.every(({ label, operator, values }) => {
    const value = labels[label];
    switch (operator) {
      case "in":
        return value !== undefined && values.includes(value);
      case "not-in":
        return value === undefined || !values.includes(value);
      case "exists":
        return value !== undefined;
      case "absent":
        return value === undefined;
    }
  });
}

/** The only values that a label can have; undefined: the selector does not say. */
export function valuesAsked(requirements: readonly LabelRequirement[], label: string): readonly string[] | undefined {
  return requirements.find((requirement) => requirement.label === label && requirement.operator === "in")?.values;
}

/** Parts between commas that are not within parentheses. */
function splitOutside(text: string): readonly string[] {
  return text.trim() === "" ? [] : text.split(/,(?![^(]*\))/);
}

function parseRequirement(text: string): LabelRequirement | undefined {
  const [, equalLabel, , sign, value = ""] = EQUAL.exec(text) ?? [];
  if (equalLabel !== undefined) return { label: equalLabel, operator: sign === "!=" ? "not-in" : "in", values: [value] };
  const [, setLabel, , word, list = ""] = SET.exec(text) ?? [];
  if (setLabel !== undefined)
    return { label: setLabel, operator: word === "in" ? "in" : "not-in", values: list.split(",").map((one) => one.trim()) };
  const [, not, label] = PRESENCE.exec(text) ?? [];
  return label === undefined ? undefined : { label, operator: not === "!" ? "absent" : "exists", values: [] };
}
