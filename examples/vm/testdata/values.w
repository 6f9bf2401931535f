# Values, and what can be done with them.

# Integers have no limit; a division goes towards minus infinity.
print(7 / 2, -7 / 2, 7 % 3, -7 % 3, 2 * 3 - 4)
print(9223372036854775807 + 1, -9223372036854775807 - 2, 3037000500 * 3037000500)
print(1 << 70, (1 << 70) >> 68, (1 << 70) / 3 % 1000, 0xff & 0x0f | 0x30 ^ 1, ~5)

# With a float, the result is one.
print(7 / 2.0, 1.5 + 1, 2 * 0.25, -1.5, 1e100, 10.0, 7.5 % 2, 1.0 / 0.0)
print(int(2.75), float(3), int("12") + 1, math.sqrt(2.0), math.max(1, 2.5), math.abs(-3))

# Comparisons; numbers by value, whatever they are.
print(1 == 1.0, 1 < 1.5, "a" < "b", "a" == "a", nil == false, [1] == [1], 1 << 70 == 1 << 70)
let nan = 0.0 * (1.0 / 0.0)
print(nan == nan, nan != nan, nan < 1, nan >= 1, not nan < 1)
if nan > 1 { print("wrong") }
if not nan <= 1 { print("right") }

# and, or give one of their operands; nil and false are false.
print(nil or 1, 0 and 2, false or nil, not 0, not nil, nil and 1 / 0)

# Strings are bytes.
let s = "hello"
print(s + " " + "world", len(s), s[0], s[-1], s.slice(1, 3), "ell" in s, s.find("l"), "ab" * 3)
print("a,b,c".split(","), "x = y1 + 2;".words(), "ABC".lower(), ord("a"), chr(98), str(1.0) + "!")
print("tab\tquote\"", ["quoted \"here\""])

# Lists.
let l = [3, 1, 2]
l.append(4)
print(l, l[0], l[-1], len(l), l.pop(), l, 1 in l, 9 in l)
l.sort()
l[0] = "first"
l.extend([7, 8])
print(l, l.slice(1, 3), l.copy() == l, list(3, 0), ["a", 1, nil].join("-"))

# Dictionaries keep the order of insertion. Numbers that are equal are the same key.
let d = {"a": 1, 2: "two", nil: 0}
d["b"] = d["a"] + 1
d[2.0] = "still two"
print(d, len(d), "a" in d, "z" in d, d.get("z", "none"), d.delete("a"), d.delete("a"), d.keys())
d.update({"b": 3, "c": 4})
for k in d { print(k, d[k]) }

# Assignments with an operator, also to elements.
let n = 1
n += 2; n *= 5; n <<= 2
l[1] += 10
d["c"] -= 1
print(n, l, d["c"])
