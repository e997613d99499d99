package table

import (
	"strings"
	"unicode"
)

// knownNames are words that name columns and are hardly ever values.
var knownNames = words(`
	id uid uuid guid key no num number nr code ref index row seq sku isbn ean
	name names firstname lastname fullname forename surname givenname familyname middlename username nickname title salutation initials
	company companyname organisation organization employer firm vendor supplier customer client contact
	address addr address1 address2 street streetaddress streetname streetnumber house housenumber city town suburb district county state province region
	country countrycode postcode postalcode postal zip zipcode zipplus lat latitude lon lng long longitude
	phone phone1 phone2 phonenumber telephone tel mobile cell cellphone fax email emailaddress mail web website url homepage domain ip ipaddress
	date time datetime timestamp created createdat updated updatedat birthday birthdate dateofbirth dob dateofentry year month day age sex gender
	price amount total sum quantity qty count value cost rate balance salary income weight height width length size unit currency
	type category class status level rank group department job jobtitle occupation education description comment comments note notes remark remarks text message
	product productid productname order orderid orderno invoice invoiceid account accountno iban bic card ssn nationalid passport
	socsecid recid password hash md5 sha1 sha256 login user userid customerid
	vorname nachname strasse ort plz telefon geburtsdatum nom prenom adresse ville nombre apellido direccion ciudad telefono correo
	姓名 名字 名称 电话 手机 手机号 手机号码 联系电话 联系方式 邮箱 电子邮件 地址 详细地址 收件人 寄件人 省 省份 市 城市 区 区县 县 街道 邮编 身份证 身份证号 身份证号码
	性别 年龄 生日 出生日期 日期 时间 编号 序号 单号 运单号 订单号 快递单号 备注 金额 价格 数量 重量 公司 单位 学校 班级 准考证号 考生号 户名 账号 品名
	電話 電話番号 住所 氏名 名前 郵便番号 性別 生年月日 年齢 姓名 地址 이름 전화번호 주소
`)

func words(list string) map[string]bool {
	set := map[string]bool{}
	for _, w := range strings.Fields(list) {
		set[w] = true
	}
	return set
}

// knownName reports whether h, written in any manner, is a word that names
// columns.
func knownName(h string) bool {
	var b strings.Builder
	for _, r := range h {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			b.WriteRune(unicode.ToLower(r))
		}
	}
	return knownNames[b.String()]
}
