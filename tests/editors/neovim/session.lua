-- A session in Neovim with its own client: what somebody does who has the repository open. The first step that fails
-- ends it with a message. Works with Neovim 0.7, which Debian 12 has, and later.
local command = vim.split(os.getenv("VMLINT_SERVER"), "\n")
local root = os.getenv("VMLINT_ROOT")
local patience = tonumber(os.getenv("VMLINT_PATIENCE") or "60000")

local function fail(message)
  io.stderr:write("FAILED: " .. message .. "\n")
  vim.cmd("cquit")
end

local function step(name, run)
  local ok, message = xpcall(run, debug.traceback)
  if not ok then
    fail(name .. ": " .. tostring(message))
  end
  io.stdout:write("ok: " .. name .. "\n")
end

local function wait(what, holds)
  if not vim.wait(patience, holds, 20) then
    error("waited in vain for " .. what, 2)
  end
end

local function text(buffer)
  return table.concat(vim.api.nvim_buf_get_lines(buffer or 0, 0, -1, false), "\n")
end

-- Put the cursor on the first place of a plain text.
local function go(pattern)
  vim.api.nvim_win_set_cursor(0, { 1, 0 })
  if vim.fn.search("\\V" .. vim.fn.escape(pattern, "\\"), "cW") == 0 then
    error("the file has no " .. pattern, 2)
  end
end

local function press(keys)
  vim.api.nvim_feedkeys(vim.api.nvim_replace_termcodes(keys, true, false, true), "tx", false)
end

local function codes()
  local found = {}
  for _, one in ipairs(vim.diagnostic.get(0)) do
    -- Neovim 0.7 keeps the code with what the server sent, later ones beside the message.
    found[#found + 1] = tostring(one.code or (one.user_data and one.user_data.lsp and one.user_data.lsp.code))
  end
  return found
end

local function has(code)
  return vim.tbl_contains(codes(), code)
end

local function ask(method, extra)
  local params = vim.tbl_extend("force", vim.lsp.util.make_position_params(0, "utf-16"), extra or {})
  local answers = vim.lsp.buf_request_sync(0, method, params, patience) or {}
  for _, answer in pairs(answers) do
    if answer.err then
      error(method .. ": " .. vim.inspect(answer.err), 2)
    end
    return answer.result
  end
end

local client
step("opens the repository", function()
  vim.cmd("edit " .. root .. "/vms/web.yaml")
  vim.bo.filetype = "yaml"
  client = vim.lsp.start_client({
    name = "vmlint",
    cmd = command,
    root_dir = root,
    workspace_folders = { { uri = vim.uri_from_fname(root), name = "shop" } },
    settings = { vmlint = { files = "open" } },
  })
  vim.lsp.buf_attach_client(0, client)
  wait("the server", function()
    local known = vim.lsp.get_client_by_id(client)
    return known and known.server_capabilities and next(known.server_capabilities) ~= nil
  end)
end)

step("types an error and sees the diagnostic", function()
  go("Always")
  press("cwSometimes<Esc>")
  assert(text():find("runStrategy: Sometimes", 1, true), text())
  wait("the diagnostic", function()
    return has("run-state-invalid")
  end)
  local found = vim.diagnostic.get(0)[1]
  assert(found.lnum == vim.fn.line(".") - 1, "the diagnostic is on another line")
  assert(found.severity == vim.diagnostic.severity.ERROR, "it is no error")
end)

step("fixes it and the diagnostic goes away", function()
  press("u")
  wait("no diagnostic", function()
    return #codes() == 0
  end)
end)

step("hovers over the instancetype", function()
  go("small")
  local before = #vim.api.nvim_list_wins()
  vim.lsp.buf.hover()
  wait("the window", function()
    return #vim.api.nvim_list_wins() > before
  end)
  local window = vim.api.nvim_list_wins()[#vim.api.nvim_list_wins()]
  local shown = text(vim.api.nvim_win_get_buf(window))
  assert(shown:find("small", 1, true), shown)
  vim.api.nvim_win_close(window, true)
end)

step("hovers over a field", function()
  go("runStrategy")
  local shown = vim.inspect(ask("textDocument/hover"))
  assert(shown:find("When KubeVirt starts the VM", 1, true), shown)
end)

step("completes the name of an instancetype", function()
  go("small")
  local labels = {}
  for _, item in ipairs(ask("textDocument/completion").items) do
    labels[item.label] = item.detail
  end
  assert(labels.small and labels.small:find("1 vCPU, 2Gi", 1, true), vim.inspect(labels))
end)

step("shows the effective VM", function()
  local lenses = ask("textDocument/codeLens", { position = vim.NIL })
  assert(#lenses >= 1, vim.inspect(lenses))
  local effective = ask("workspace/executeCommand", lenses[1].command)
  assert(effective:find("guest: 2Gi", 1, true), effective)
end)

step("jumps to another file", function()
  go("small")
  vim.lsp.buf.definition()
  wait("the other file", function()
    return vim.api.nvim_buf_get_name(0):find("sizes.yaml", 1, true) ~= nil
  end)
  assert(vim.api.nvim_get_current_line():find("name: small", 1, true), vim.api.nvim_get_current_line())
  if not vim.lsp.buf_is_attached(0, client) then
    vim.lsp.buf_attach_client(0, client)
  end
end)

step("finds who uses it", function()
  local places = ask("textDocument/references", { context = { includeDeclaration = false } })
  assert(#places == 2, vim.inspect(places))
end)

step("renames it in all files", function()
  vim.lsp.buf.rename("tiny")
  wait("the new name", function()
    return text():find("name: tiny", 1, true) ~= nil
  end)
  vim.cmd("wall")
  vim.cmd("edit " .. root .. "/vms/web.yaml")
  assert(text():find("name: tiny", 1, true), text())
  local patch = table.concat(vim.fn.readfile(root .. "/vms/patch.yaml"), "\n")
  assert(patch:find("name: tiny", 1, true), patch)
  vim.wait(500)
  assert(not has("instancetype-not-found"), vim.inspect(codes()))
end)

step("applies a fix", function()
  go("metadata:")
  press("o  labels: {tier: 1}<Esc>")
  wait("the diagnostic", function()
    return has("value-invalid") or has("metadata-invalid")
  end)
  local offered
  vim.ui.select = function(items, options, choose)
    offered = vim.tbl_map(options.format_item, items)
    for index, title in ipairs(offered) do
      if title:lower():find("fix", 1, true) or title:lower():find("quote", 1, true) then
        return choose(items[index], index)
      end
    end
    choose(nil)
  end
  go("1}")
  vim.lsp.buf.code_action()
  wait("the fixed text", function()
    return text():find('tier: "1"', 1, true) ~= nil
  end)
  wait("no diagnostic", function()
    return #codes() == 0
  end)
end)

step("ends the server", function()
  vim.lsp.stop_client(client)
  wait("the end", function()
    return vim.lsp.get_client_by_id(client) == nil or vim.lsp.client_is_stopped(client)
  end)
end)

vim.cmd("qall!")
