import { script } from "./script.ts";

/**
 * One page of the entries between two keys, in order. Entry keys are built from a prefix here, as listings do not know them beforehand; all
 * share one hash tag, so they are on the same node.
 *
 * KEYS  names
 * ARGV  start ("[key" or "(key" of ZRANGEBYLEX), end, entry key prefix, entries at most, bytes after which the page ends
 * reply [key, version, value, key, version, value, …]; none: the end
 */
export const LIST_PAGE = script(
  "list-page",
  `
local page = {}
local bytes = 0
for _, key in ipairs(redis.call('ZRANGEBYLEX', KEYS[1], ARGV[1], ARGV[2], 'LIMIT', 0, ARGV[4])) do
  local entry = redis.call('HMGET', ARGV[3] .. key, 'n', 'v')
  page[#page + 1] = key
  page[#page + 1] = entry[1]
  page[#page + 1] = entry[2]
  bytes = bytes + #entry[2]
  if bytes >= tonumber(ARGV[5]) then break end
end
return page
`,
);
