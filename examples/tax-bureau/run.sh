#!/usr/bin/env bash
# An insider of a tax bureau sells records; the buyer sells them on.
source "$(dirname "${BASH_SOURCE[0]}")/../stage/stage.sh"
thief=${THIEF:-clerk-4} # another one, and the checks fail

say "Six employees of a tax bureau work with copies of the assessments."
run telltale init
run telltale recipient add clerk-{1,2,3,4,5,6} --kind staff
seq -f '07700 900%03g' 1 200 >phones.txt
run telltale pool add phones phones.txt --locale en-GB
stage table taxpayers 3000 23 >assessments.csv
run telltale dataset add assessments assessments.csv --key taxpayer_no
run telltale export assessments.csv --dataset assessments --to-all --out copies --canaries 10

say "A USB stick goes to a first buyer, who keeps two thirds of the rows and rounds incomes to hundreds."
say "He sells half of that, with five of nine columns, to a second one, who writes telephone numbers as bare digits."
stage cut -rows 0.66 -seed 2 -round income "copies/assessments.$thief.csv" first-buyer.csv
stage cut -rows 0.5 -seed 3 -columns name,phone,address,city,income -digits phone -delimiter ';' first-buyer.csv second-buyer.txt

say "The second buyer's list is found first."
run telltale match second-buyer.txt --case tax --holder "second buyer" --seen "$(later 30)"
telltale match second-buyer.txt --json | stage expect attributed clerk-4
say "Then the first buyer's."
run telltale match first-buyer.csv --case tax --holder "first buyer" --seen "$(later 32)"
telltale match first-buyer.csv --json | stage expect attributed clerk-4
say "The employee confesses. That is a fact of the case, and no part of the verdict."
run telltale case state tax --from clerk-4 --to "first buyer" --basis confession --note "interview with the employee"
run telltale chain tax
telltale chain tax --json >chain.json
stage chain clerk-4 first-buyer.csv <chain.json
stage chain first-buyer.csv second-buyer.txt <chain.json

say "What must not happen: the unmarked assessments accuse nobody."
run telltale match assessments.csv
telltale match assessments.csv --json | stage expect ours
say "Nor do those of another bureau, whose numbers run like ours, nor a table of something else."
stage table taxpayers 900 88 >others.csv
telltale match others.csv --json | stage expect 'none|ours'
stage table registrations 900 88 >unrelated.csv
run telltale match unrelated.csv
telltale match unrelated.csv --json | stage expect none
run telltale ledger verify
