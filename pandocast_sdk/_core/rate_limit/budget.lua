-- One key's budget as several processes share it. It decides as `Budget` in budget.py and `Queue` in queue.py
-- do, under the same names; read the reasons there.
--
-- KEYS[1] is a hash: what is known of the window, and for each process `process:<name>` with how many of its
-- requests are in flight, until when all this counts, whether somebody waits there (1 or 0), and the last turn
-- in which a poll of it went. ARGV[1] is a query, see budget_store.py.

local clock = redis.call('TIME')
local now = clock[1] + clock[2] / 1000000

local KNOWN = {
  'paced', 'limit', 'reset', 'last_reset', 'local_remaining', 'server_remaining', 'unaccounted', 'learning_until',
  'blocked_until', 'low', 'high', 'observed', 'turn', 'due_polls'
}
local query = cjson.decode(ARGV[1])
local rules = query.rules

local budget = {
  last_reset = -1, local_remaining = 0, server_remaining = 0, unaccounted = 0, blocked_until = 0, low = 0, high = 0,
  turn = 0, due_polls = 0
}
local mine = query.in_flight
local others, dead, longest_lease = 0, 0, 0
local polled, others_polled = -2, {}

local fields = redis.call('HGETALL', KEYS[1])
for i = 1, #fields, 2 do
  local name, value = fields[i], fields[i + 1]
  if string.sub(name, 1, 8) ~= 'process:' then
    budget[name] = tonumber(value)
  else
    local count, expires, waits, last = string.match(value, '^(%S+) (%S+) (%S+) (%S+)$')
    if name == 'process:' .. query.process then
      polled = tonumber(last)
    elseif tonumber(expires) <= now then
      redis.call('HDEL', KEYS[1], name)
      dead = dead + tonumber(count)
    else
      others = others + tonumber(count)
      longest_lease = math.max(longest_lease, tonumber(expires) - now)
      if waits == '1' then table.insert(others_polled, tonumber(last)) end
    end
  end
end

budget.unaccounted = budget.unaccounted + dead
if budget.learning_until ~= nil then
  -- The store's clock may have been set back.
  budget.learning_until = math.min(budget.learning_until, now + rules.learning)
end

local function in_flight()
  return others + mine
end

-- The server's clock, as in server_clock.py.

local function drift(at)
  if budget.observed == nil then return 0 end
  return rules.drift * math.max(0, at - budget.observed)
end

local function earliest(at)
  return at + budget.low - drift(at)
end

local function latest(at)
  return at + budget.high + drift(at) + rules.spread
end

local function observe(date, sent, received)
  local low, high = date - received, date + 1 - sent
  if budget.observed == nil then
    budget.low, budget.high, budget.observed = low, high, received
    return false
  end
  local drifted = drift(received)
  local narrowed_low = math.max(low, budget.low - drifted)
  local narrowed_high = math.min(high, budget.high + drifted)
  budget.observed = math.max(budget.observed, received)
  if narrowed_low < narrowed_high then
    budget.low, budget.high = narrowed_low, narrowed_high
    return false
  end
  budget.low, budget.high = low, high
  return narrowed_low - narrowed_high > rules.spread
end

-- Polls give way to calls, but once a turn. However many processes wait, calls have half of the slots.

local function next_turn()
  budget.turn, budget.due_polls = budget.turn + 1, 0
end

local function poll_is_due(last)
  return budget.turn - last > (budget.limit == 1 and 1 or 0)
    and budget.due_polls < math.max(1, math.floor((budget.limit or 0) / 2))
end

local function kept()
  if budget.limit == nil or budget.limit < 2 then return 0 end
  local due = query.waits and poll_is_due(polled) and 1 or 0
  for _, last in ipairs(others_polled) do
    if poll_is_due(last) then due = due + 1 end
  end
  return math.min(due, math.floor(budget.limit / 2) - budget.due_polls)
end

local function poll_went()
  if poll_is_due(polled) then budget.due_polls = budget.due_polls + 1 end
  polled = budget.turn
end

-- The window.

local function open_window(local_remaining, server_remaining, is_turn)
  budget.local_remaining = math.max(0, local_remaining - in_flight())
  budget.server_remaining, budget.unaccounted = server_remaining, 0
  if is_turn then next_turn() end
end

local function slots()
  return math.min(budget.local_remaining, budget.server_remaining - in_flight() - budget.unaccounted)
end

local function learn_remaining(remaining)
  if remaining < budget.server_remaining then
    budget.server_remaining, budget.unaccounted = remaining, 0
  end
end

local function roll_over()
  if budget.limit == nil or budget.reset == nil or earliest(now) < budget.reset then return end
  budget.last_reset, budget.reset = budget.reset, nil
  open_window(budget.limit, budget.limit, true)
end

local function return_slot()
  if budget.limit ~= nil then
    budget.local_remaining = math.min(budget.local_remaining + 1, budget.limit)
  end
end

local function learn_no_window(status)
  if budget.paced == nil then
    budget.learning_until = nil
    if status ~= 429 and status < 500 then
      budget.paced = 0
    end
  end
end

local function learn_window(limit, remaining, reset, coming)
  local known_limit = budget.limit
  budget.limit = limit
  if reset <= budget.last_reset or (not coming and budget.reset ~= nil and reset < budget.reset) then
    return_slot()
  elseif (budget.reset == nil and known_limit ~= nil) or (budget.reset ~= nil and reset <= budget.reset) then
    budget.reset = reset
    learn_remaining(remaining)
  else
    budget.last_reset, budget.reset = budget.reset or budget.last_reset, reset
    open_window(limit - 1, remaining, known_limit ~= nil)
  end
end

local function learn(response)
  local received = now - response.received
  -- It was sent at the latest then: the query has been on its way for a while.
  local sent = now - response.sent - query.transit
  local function ahead_of(reset)
    local ahead = reset ~= nil and reset - earliest(received) or nil
    return ahead ~= nil and ahead <= rules.longest_window and ahead or nil
  end
  local was_set = response.date ~= nil and observe(response.date, sent, received)
  if was_set or (budget.reset ~= nil and ahead_of(budget.reset) == nil) then
    budget.reset, budget.last_reset = nil, -1
    open_window(budget.limit or 0, budget.limit or 0, true)
  end
  local remaining = response.remaining
  local asks_for_reset = response.status == 429 and not response.names_retry_after
  if asks_for_reset then
    remaining = 0
  end
  local limit = response.limit or budget.limit
  local ahead = ahead_of(response.reset)
  if ahead == nil or remaining == nil or limit == nil then
    budget.unaccounted = budget.unaccounted + 1
    learn_no_window(response.status)
  else
    budget.paced = 1
    learn_window(limit, remaining, response.reset, response.reset > latest(received))
  end
  if asks_for_reset and ahead ~= nil and response.reset ~= budget.reset then
    budget.blocked_until = math.max(budget.blocked_until, received + ahead)
  end
end

local function acquire(kept_slots)
  if budget.paced == nil then
    if budget.learning_until ~= nil and now < budget.learning_until then return false end
    budget.learning_until = now + rules.learning
    next_turn()
    return true
  end
  if budget.paced == 0 then return true end
  if slots() > kept_slots then
    budget.local_remaining = budget.local_remaining - 1
    return true
  end
  if budget.reset ~= nil or in_flight() > 0 then return false end
  budget.paced, budget.limit, budget.learning_until = nil, nil, now + rules.learning
  next_turn()
  return true
end

local function wait_time()
  if now < budget.blocked_until then
    return budget.blocked_until - now, 'retry_after'
  end
  if budget.paced == nil and budget.learning_until ~= nil then
    return math.max(0, budget.learning_until - now) + rules.margin, 'learning'
  end
  if budget.reset ~= nil then
    return math.max(0, budget.reset - earliest(now)) / (1 - rules.drift) + rules.margin, 'window'
  end
  return rules.learning, 'learning'
end

-- What happened.

for _, report in ipairs(query.reports) do
  if report.kind ~= 'blocked' then
    mine = mine + 1
  end
end
for _, report in ipairs(query.reports) do
  if report.kind == 'blocked' then
    budget.blocked_until = math.max(budget.blocked_until, now + report.seconds)
  else
    mine = mine - 1
    if report.kind == 'response' then
      learn(report)
    else
      budget.learning_until = nil
      if report.kind == 'unsent' then
        return_slot()
      else
        budget.unaccounted = budget.unaccounted + 1
      end
    end
  end
  roll_over()
end

-- What is wanted.

roll_over()
local granted, granted_polls = 0, 0

local function grant_first()
  if granted_polls < query.wanted_polls and (poll_is_due(polled) or granted == query.queued) then
    if not acquire(poll_is_due(polled) and 0 or kept()) then return false end
    poll_went()
    granted_polls = granted_polls + 1
  elseif granted < query.wanted and acquire(kept()) then
    granted = granted + 1
  else
    return false
  end
  mine = mine + 1
  return true
end

while now >= budget.blocked_until and grant_first() do end
local seconds, reason = 0, ''
if granted < query.wanted or (granted == query.queued and granted_polls < query.wanted_polls) then
  seconds, reason = wait_time()
end

-- What is remembered.

local function text(number)
  return number == nil and '' or string.format('%.17g', number)
end

for _, name in ipairs(KNOWN) do
  if budget[name] == nil then
    redis.call('HDEL', KEYS[1], name)
  else
    redis.call('HSET', KEYS[1], name, text(budget[name]))
  end
end
local process = 'process:' .. query.process
if mine > 0 or query.waits or polled >= budget.turn - 1 then
  local waits = query.waits and '1' or '0'
  local values = { text(mine), text(now + query.lease), waits, text(polled) }
  redis.call('HSET', KEYS[1], process, table.concat(values, ' '))
  longest_lease = math.max(longest_lease, query.lease)
else
  redis.call('HDEL', KEYS[1], process)
end
local window = budget.reset and math.max(0, budget.reset - earliest(now)) or 0
local lasting = math.max(window, budget.blocked_until - now, longest_lease) + rules.memory
redis.call('PEXPIRE', KEYS[1], string.format('%d', math.ceil(lasting * 1000)))

return {
  granted, granted_polls, text(seconds), reason, text(budget.limit), text(math.max(0, slots())),
  text(budget.local_remaining), text(budget.reset), text(earliest(now))
}
