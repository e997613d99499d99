#!/usr/bin/env bash
# The exam website's registrations leak through the man who maintains it.
source "$(dirname "${BASH_SOURCE[0]}")/../stage/stage.sh"

say "An exam office registers candidates and hands copies of the list to twelve parties."
run telltale init
run telltale recipient add website-maintainer printing-house exam-board school-{a,b,c,d,e,f,g,h,i}
run telltale pool add domain candidate-mail.example
seq -f '07700 900%03g' 1 400 >phones.txt
run telltale pool add phones phones.txt --locale en-GB
stage table registrations 3000 41 >registrations.csv
run telltale dataset add registrations registrations.csv --key registration_no
say "One candidate in fifty is left out of each copy, others for each party."
run telltale export registrations.csv --dataset registrations --to-all --out copies --withhold 0.02 --canaries 12

later() { date -u -d "+$1 days" "+%Y-%m-%d %H:%M:%S"; } # what follows happens after the export

say "The maintainer sells his copy to a reseller, and he sells parts of it on. Nobody knows that yet: candidates complain about spam."
stage cut -rows 0.6 -seed 5 -columns name,phone,email copies/registrations.website-maintainer.csv reseller.csv
{
  echo "received,contact,sender,text"
  stage values phone 14 7 reseller.csv | while read -r phone; do
    echo "$(later 20),$phone,Bright Classes,Your exam is near. Three places left in our intensive course!"
  done
} >complaints.csv
run telltale trace complaints.csv --case exam-spam --holder "Bright Classes"
telltale trace complaints.csv --json | stage expect 'ours|shortlist'

say "One message reached an address that only one copy held."
id=$(telltale export list --json | stage export-of website-maintainer)
address=$(telltale canary list --export "$id" --json | stage canary email)
cat >spam.eml <<MAIL
From: Future Academy <hello@future-academy.example>
To: $address
Date: $(date -u -R -d '+22 days')
Subject: Pass at the first attempt

Dear candidate, our preparation course starts on Monday. Call 01632 960200.
MAIL
run telltale trace spam.eml --case exam-spam --holder "Future Academy"
telltale trace spam.eml --json | stage expect attributed website-maintainer

say "The police find the reseller's file, and a part of it at a cultural communications company."
stage cut -rows 0.4 -seed 9 -columns name,phone reseller.csv culture.csv
run telltale match reseller.csv --case exam-spam --holder reseller --seen "$(later 40)"
run telltale match culture.csv --case exam-spam --holder "Culture Communications" --seen "$(later 41)"
run telltale case state exam-spam --from reseller --to "Future Academy" --basis payment --note "bank statement of 27 February"
run telltale chain exam-spam
telltale chain exam-spam --json | stage chain website-maintainer reseller.csv culture.csv

say "What must not happen: the list itself, and a list of other people, accuse nobody."
telltale match registrations.csv --json | stage expect ours
stage table registrations 800 99 >others.csv
telltale match others.csv --json | stage expect 'none|ours'
run telltale ledger verify
