#!/usr/bin/env bash
# The exam website's registrations leak through the man who maintains it.
source "$(dirname "${BASH_SOURCE[0]}")/../stage/stage.sh"
thief=${THIEF:-website-maintainer} # another one, and the checks fail

say "An exam office registers candidates and hands copies of the list to twelve parties."
run telltale init
run telltale recipient add website-maintainer printing-house exam-board school-{a,b,c,d,e,f,g,h,i}
run telltale pool add domain candidate-mail.example
seq -f '07700 900%03g' 1 400 >phones.txt
run telltale pool add phones phones.txt --locale en-GB
stage table registrations 3000 41 >registrations.csv
run telltale dataset add registrations registrations.csv --key registration_no --locale en-GB
say "One candidate in twenty is left out of each copy, others for each party."
run telltale export registrations.csv --dataset registrations --to-all --out copies --withhold 0.05 --canaries 12

# The maintainer sells names and contacts to a reseller; he sells parts of them
# to three companies. None of this is known yet.
stage cut -rows 0.6 -seed 5 -columns name,phone,email "copies/registrations.$thief.csv" reseller.csv
stage cut -rows 0.5 -seed 6 reseller.csv bright.csv
stage cut -rows 0.5 -seed 7 reseller.csv future.csv
stage cut -rows 0.4 -seed 9 -columns name,phone reseller.csv culture.csv

# mail NUMBER ADDRESS writes a mail of Future Academy.
mail() {
  cat >"mails/$1.eml" <<MAIL
From: Future Academy <hello@future-academy.example>
To: $2
Date: $(date -u -R -d '+22 days')
Subject: Pass at the first attempt

Dear candidate, our preparation course starts on Monday. Call 01632 960200.
MAIL
}

say "Candidates complain about spam: twelve text messages, gathered in a table, and eight mails."
{
  echo "received,contact,sender,text"
  stage values phone 12 7 bright.csv registrations.csv | while read -r phone; do
    echo "$(later 20),$phone,Bright Classes,Your exam is near. Three places left in our intensive course!"
  done
} >complaints.csv
mkdir mails
number=0
for address in $(stage values email 8 8 future.csv registrations.csv); do mail $((++number)) "$address"; done
run telltale trace complaints.csv --case exam-spam --holder "Bright Classes"
run telltale trace mails --case exam-spam --holder "Future Academy" --all
# That nobody falls behind has a probability of 0.36^11, about one in 80,000.
telltale trace complaints.csv mails --json --all >complaints.json
stage expect 'ours|shortlist' <complaints.json
stage narrowed website-maintainer <complaints.json

say "Future Academy also writes to an address that only one copy held."
id=$(telltale export list --json | stage export-of "$thief")
mail 9 "$(telltale canary list --export "$id" --json | stage canary email)"
run telltale trace mails/9.eml --case exam-spam --holder "Future Academy"
telltale trace mails/9.eml --json | stage expect attributed website-maintainer

say "The police find lists at Future Academy and at a cultural communications company."
run telltale match future.csv --case exam-spam --holder "Future Academy" --seen "$(later 40)"
telltale match future.csv --json | stage expect attributed website-maintainer
run telltale match culture.csv --case exam-spam --holder "Culture Communications" --seen "$(later 41)"
say "Who sold them is not known. The two lists share more rows than two parts of the maintainer's copy would: somebody stands between."
run telltale chain exam-spam
telltale chain exam-spam --json >chain.json
stage chain website-maintainer "unknown holder" <chain.json
# Where a dozen messages come from, the copy or the holder between, is often undecided, and said to be.
stage chain "unknown holder" future.csv culture.csv <chain.json

say "What must not happen: the unmarked list accuses nobody."
run telltale match registrations.csv
telltale match registrations.csv --json | stage expect ours
say "Nor does another office's list, whose numbers run like ours, nor a table of something else."
stage table registrations 800 99 >others.csv
telltale match others.csv --json | stage expect 'none|ours'
stage table taxpayers 800 99 >unrelated.csv
run telltale match unrelated.csv
telltale match unrelated.csv --json | stage expect none
run telltale ledger verify
