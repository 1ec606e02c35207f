-- The state of Neovim that `docs/editor.png` shows: findings, the documentation of a field, names of instancetypes.
local root = os.getenv("VMLINT_ROOT")

vim.o.termguicolors = true
vim.o.background = "dark"
vim.o.number = true
vim.o.signcolumn = "yes"
vim.o.laststatus = 0
vim.o.ruler = false
vim.o.showmode = false
vim.o.shortmess = vim.o.shortmess .. "cF"
vim.o.pumheight = 7
vim.o.completeopt = "menuone,noinsert"
vim.cmd("syntax on | colorscheme slate")
vim.cmd("edit " .. root .. "/web.yaml")
vim.bo.filetype = "yaml"
vim.cmd("highlight Normal guibg=#1c1c1c guifg=#c8c8c8 | highlight SignColumn guibg=#1c1c1c | highlight NonText guibg=#1c1c1c")
vim.cmd("highlight NormalFloat guibg=#262626 guifg=#c8c8c8 | highlight FloatBorder guibg=#262626 guifg=#6a6a6a")
vim.cmd("highlight Pmenu guibg=#303030 guifg=#c8c8c8 | highlight PmenuSel guibg=#3e5f8a guifg=#ffffff")
for group, colour in pairs({ Error = "#e06c75", Warn = "#e5c07b", Info = "#61afef", Hint = "#98c379" }) do
  vim.cmd(("highlight DiagnosticVirtualText%s guifg=%s"):format(group, colour))
end
vim.diagnostic.config({ virtual_text = { prefix = "■", spacing = 2 }, severity_sort = true })

local client = vim.lsp.start_client({
  name = "vmlint",
  cmd = vim.split(os.getenv("VMLINT_SERVER"), "\n"),
  root_dir = root,
})
vim.lsp.buf_attach_client(0, client)
vim.bo.omnifunc = "v:lua.vim.lsp.omnifunc"
vim.lsp.handlers["textDocument/hover"] = vim.lsp.with(vim.lsp.handlers.hover, {
  border = "rounded",
  close_events = {},
  max_width = 68,
})

local function place(pattern)
  vim.api.nvim_win_set_cursor(0, { 1, 0 })
  vim.fn.search("\\V" .. pattern, "cW")
end

local function complete()
  place("name: u1.")
  vim.api.nvim_feedkeys(vim.api.nvim_replace_termcodes("A<C-x><C-o>", true, false, true), "n", false)
end

-- The documentation goes to where nothing else is.
local function aside()
  for _, window in ipairs(vim.api.nvim_list_wins()) do
    if vim.api.nvim_win_get_config(window).relative ~= "" then
      vim.api.nvim_win_set_config(window, { relative = "editor", anchor = "NW", row = 19, col = 46 })
    end
  end
  complete()
end

local function hover()
  if #vim.diagnostic.get(0) == 0 then
    return vim.defer_fn(hover, 200)
  end
  place("evictionStrategy")
  vim.lsp.buf.hover()
  vim.defer_fn(aside, 1500)
end

hover()
