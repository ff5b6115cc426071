-- Orthanc: the bone age of every radiograph that is stored, as a report (SR) and an annotated copy (SC) in its study.
--
-- In Orthanc's configuration:
--   "LuaScripts" : [ "/path/to/deeplasia.lua" ],
--   "Deeplasia" : { "Url" : "http://127.0.0.1:8080", "Token" : "" }
--
-- A picture that the service refuses (no sex in its header, no hand) has no results; the log of the service has the reason.

local settings = GetOrthancConfiguration()['Deeplasia'] or {}
local address = (settings['Url'] or 'http://127.0.0.1:8080') .. '/dicom'
local modalities = { CR = true, DX = true }

-- Results are no radiographs: whoever stores them, no loop begins.
local function isRadiograph(tags, origin)
  return origin['RequestOrigin'] ~= 'Lua'
    and tags['Manufacturer'] ~= 'deeplasia-native'
    and modalities[tags['Modality'] or ''] == true
end

-- The parts of a multipart answer; it begins with its boundary.
local function partsOf(body)
  local parts = {}
  local boundary = body:match('^(%-%-[^\r\n]+)\r\n')
  local at = 1
  while boundary do
    local _, head = body:find('\r\n\r\n', at, true)
    local stop = head and body:find('\r\n' .. boundary, head, true)
    if not stop then break end
    table.insert(parts, body:sub(head + 1, stop - 1))
    at = stop + 2
  end
  return parts
end

function OnStoredInstance(instanceId, tags, metadata, origin)
  if not isRadiograph(tags, origin) then return end
  local headers = {
    ['Content-Type'] = 'application/dicom',
    ['Accept'] = 'multipart/related; type="application/dicom"'
  }
  local token = settings['Token'] or ''
  if token ~= '' then headers['Authorization'] = 'Bearer ' .. token end
  local answer = HttpPost(address, RestApiGet('/instances/' .. instanceId .. '/file'), headers)
  if not answer then
    print('deeplasia: no result for instance ' .. instanceId)
    return
  end
  for _, object in ipairs(partsOf(answer)) do
    RestApiPost('/instances', object)
  end
end
