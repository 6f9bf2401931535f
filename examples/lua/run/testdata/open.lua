-- A hundred accounts with a hundred each.
shared.accounts = {}
for i = 1, 100 do
    shared.accounts[i] = 100
end
