#!/usr/bin/env bash
# One of eight staff accounts of a courier sells waybills.
source "$(dirname "${BASH_SOURCE[0]}")/../stage/stage.sh"
thief=${THIEF:-depot-5} # another one, and the checks fail

say "Eight staff accounts of a courier firm download the same waybills."
run telltale init
run telltale recipient add depot-{1,2,3,4,5,6,7,8} --kind staff
seq 17040000001 7 17040002000 >phones.txt
run telltale pool add phones phones.txt --locale zh-CN
stage table waybills 4000 17 >waybills.csv
run telltale dataset add waybills waybills.csv --key 运单号 --locale zh-CN
say "One row in fifty is left out of each copy: even telephone numbers alone will tell, if there are enough of them."
run telltale export waybills.csv --dataset waybills --to-all --out copies --withhold 0.02 --canaries 15

say "An online trader offers a slice: telephone and address only, semicolons, GB18030, no header."
stage cut -rows 0.4 -shuffle -seed 3 -columns 电话,地址 -delimiter ';' -encoding gb18030 -no-header "copies/waybills.$thief.csv" trader.txt
run telltale match trader.txt --case waybills --holder "online trader" --seen "$(later 10)"
telltale match trader.txt --json | stage expect attributed depot-5

say "Two retailers each hold another part of it."
stage cut -rows 0.5 -seed 4 trader.txt retailer-1.csv
stage cut -rows 0.5 -seed 8 trader.txt retailer-2.csv
run telltale match retailer-1.csv --case waybills --holder "retailer 1" --seen "$(later 25)"
telltale match retailer-1.csv --json | stage expect attributed depot-5
run telltale match retailer-2.csv --case waybills --holder "retailer 2" --seen "$(later 27)"
telltale match retailer-2.csv --json | stage expect attributed depot-5
run telltale chain waybills
telltale chain waybills --json >chain.json
stage chain depot-5 trader.txt <chain.json
stage chain trader.txt retailer-1.csv retailer-2.csv <chain.json

say "Elsewhere a list of bare telephone numbers turns up, from another account's copy. None of them is a canary's."
stage values 电话 3400 6 copies/waybills.depot-2.csv waybills.csv >phones-only.txt
run telltale match phones-only.txt
telltale match phones-only.txt --json | stage expect attributed depot-2
say "Two hundred of them are too few, and the answer says so."
head -n 200 phones-only.txt >few.txt
run telltale match few.txt
telltale match few.txt --json | stage expect 'ours|shortlist'

say "What must not happen: the unmarked waybills accuse nobody."
run telltale match waybills.csv
telltale match waybills.csv --json | stage expect ours
say "Nor do those of another firm, whose numbers run like ours, nor a table of something else."
stage table waybills 1000 77 >others.csv
telltale match others.csv --json | stage expect 'none|ours'
stage table registrations 1000 77 >unrelated.csv
run telltale match unrelated.csv
telltale match unrelated.csv --json | stage expect none
run telltale ledger verify
