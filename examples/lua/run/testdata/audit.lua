-- Adds up all accounts.
local sum = 0
for _, balance in pairs(shared.accounts) do
    sum = sum + balance
end
print("sum", sum)
