-- Moves some money between two accounts, by chance.
local accounts = shared.accounts
local from, to = math.random(100), math.random(100)
local amount = math.random(20)
if accounts[from] < amount then
    counter("refused"):add(1)
    return
end
accounts[from] = accounts[from] - amount
accounts[to] = accounts[to] + amount
counter("moved"):add(amount)
