/**
 * A batch and its marks in one step. Redis does not undo what a script did before an error, so everything that can go wrong is looked at first: the
 * epoch of each slot, and the type of each key.
 * KEYS[1] marks. ARGV: epoch, mark as JSON, slots as JSON, commands as JSON, types as JSON ([key, type] as a command needs it).
 */
export const COMMIT_SCRIPT = `
local epoch = tonumber(ARGV[1])
local slots = cjson.decode(ARGV[3])
for _, slot in ipairs(slots) do
  if tonumber(redis.call('HGET', KEYS[1], 'epoch:' .. slot)) ~= epoch then return 'fenced' end
end
for _, needed in ipairs(cjson.decode(ARGV[5])) do
  local found = redis.call('TYPE', needed[1]).ok
  if found ~= 'none' and found ~= needed[2] then return 'type:' .. needed[1] .. ':' .. found end
end
for _, command in ipairs(cjson.decode(ARGV[4])) do redis.call(unpack(command)) end
for _, slot in ipairs(slots) do redis.call('HSET', KEYS[1], 'mark:' .. slot, ARGV[2]) end
return 'ok'
`;

/** Takes slots over. KEYS[1] marks. ARGV: epoch, slots as JSON. Gives the marks in order of the slots, or 'fenced'. */
export const OPEN_SCRIPT = `
local epoch = tonumber(ARGV[1])
local slots = cjson.decode(ARGV[2])
for _, slot in ipairs(slots) do
  local known = tonumber(redis.call('HGET', KEYS[1], 'epoch:' .. slot))
  if known and known > epoch then return 'fenced' end
end
local marks = {}
for index, slot in ipairs(slots) do
  redis.call('HSET', KEYS[1], 'epoch:' .. slot, ARGV[1])
  marks[index] = redis.call('HGET', KEYS[1], 'mark:' .. slot) or ''
end
return marks
`;
