#!/usr/bin/env bash
# An insider of a tax bureau sells records; the buyer sells them on.
source "$(dirname "${BASH_SOURCE[0]}")/../stage/stage.sh"

say "Six employees of a tax bureau work with copies of the assessments."
run telltale init
run telltale recipient add clerk-{1,2,3,4,5,6} --kind staff
seq -f '07700 900%03g' 1 200 >phones.txt
run telltale pool add phones phones.txt --locale en-GB
stage table taxpayers 3000 23 >assessments.csv
run telltale dataset add assessments assessments.csv --key taxpayer_no
run telltale export assessments.csv --dataset assessments --to-all --out copies --canaries 10

say "A USB stick goes to a first buyer, who keeps two thirds of the rows and cuts the cents off. He sells half of that, names and numbers only."
stage cut -rows 0.66 -seed 2 -round tax copies/assessments.clerk-4.csv first-buyer.csv
stage cut -rows 0.5 -seed 3 -columns name,phone,address,city,income -digits phone -delimiter ';' first-buyer.csv second-buyer.txt

say "The second buyer's list is found first."
run telltale match second-buyer.txt --case tax --holder "second buyer" --seen 2099-05-10
telltale match second-buyer.txt --json | stage expect attributed clerk-4
say "Then the first buyer's."
run telltale match first-buyer.csv --case tax --holder "first buyer" --seen 2099-05-12
telltale match first-buyer.csv --json | stage expect attributed clerk-4
run telltale case state tax --from clerk-4 --to "first buyer" --basis confession --note "interview of 14 May"
run telltale chain tax
telltale chain tax --json | stage chain clerk-4 first-buyer.csv second-buyer.txt
telltale chain tax --json | stage chain first-buyer.csv second-buyer.txt

say "What must not happen: the assessments themselves, and those of another bureau, accuse nobody."
telltale match assessments.csv --json | stage expect ours
stage table taxpayers 900 88 >others.csv
telltale match others.csv --json | stage expect 'none|ours'
run telltale ledger verify
