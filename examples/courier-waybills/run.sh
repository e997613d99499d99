#!/usr/bin/env bash
# One of eight staff accounts of a courier sells waybills.
source "$(dirname "${BASH_SOURCE[0]}")/../stage/stage.sh"

say "Eight staff accounts of a courier firm download the same waybills."
run telltale init
run telltale recipient add depot-{1,2,3,4,5,6,7,8} --kind staff
seq 17040000001 7 17040002000 >phones.txt
run telltale pool add phones phones.txt --locale zh-CN
stage table waybills 4000 17 >waybills.csv
run telltale dataset add waybills waybills.csv --key 运单号 --locale zh-CN
say "One row in fifty is left out of each copy: even telephone numbers alone will tell."
run telltale export waybills.csv --dataset waybills --to-all --out copies --withhold 0.02 --canaries 15

say "An online trader offers a slice: telephone and address only, semicolons, GB18030, no header."
stage cut -rows 0.4 -shuffle -seed 3 -columns 电话,地址 -delimiter ';' -encoding gb18030 -no-header copies/waybills.depot-5.csv trader.txt
run telltale match trader.txt --case waybills --holder "online trader" --seen 2099-11-05
telltale match trader.txt --json | stage expect attributed depot-5

say "Two retailers each hold another part of it."
stage cut -rows 0.5 -seed 4 trader.txt retailer-1.csv
stage cut -rows 0.5 -seed 8 trader.txt retailer-2.csv
run telltale match retailer-1.csv --case waybills --holder "retailer 1" --seen 2099-11-20
run telltale match retailer-2.csv --case waybills --holder "retailer 2" --seen 2099-11-22
run telltale chain waybills
telltale chain waybills --json | stage chain depot-5 trader.txt retailer-1.csv retailer-2.csv

say "Somebody else's list of bare telephone numbers, from another account's copy."
stage cut -rows 0.9 -shuffle -seed 6 -columns 电话 -no-header copies/waybills.depot-2.csv phones-only.txt
run telltale match phones-only.txt
telltale match phones-only.txt --json | stage expect attributed depot-2
say "Two hundred of them are too few, and the answer says so."
head -n 200 phones-only.txt >few.txt
telltale match few.txt --json >few.json
stage expect 'ours|shortlist' <few.json || stage expect attributed depot-2 <few.json

say "What must not happen: the waybills themselves, and those of another firm, accuse nobody."
telltale match waybills.csv --json | stage expect ours
stage table waybills 1000 77 >others.csv
telltale match others.csv --json | stage expect 'none|ours'
run telltale ledger verify
