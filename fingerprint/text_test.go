package fingerprint

import "testing"

func TestTextPoints(t *testing.T) {
	for _, c := range []struct{ value, want string }{ // want: with the other label, "" when there is no point
		{"14 Taylor St", "14 Taylor Street"},
		{"14 TAYLOR ST", "14 TAYLOR STREET"},
		{"tullaroop street", "tullaroop st"},
		{"14 Taylor St.", "14 Taylor Street"},
		{"Mr. Smith, 14 Taylor Street", "Mr. Smith, 14 Taylor St."},
		{"7457 Cowl St #70", "7457 Cowl Street #70"},
		{"7457 Cowl St, Apt 7", "7457 Cowl Street, Apt 7"},
		{"7457 Cowl St Apt 7", "7457 Cowl Street Apt 7"},
		{"Main Street North", "Main St North"},
		{"St. Stephens Ward", "Saint Stephens Ward"},
		{"St Albans", "Saint Albans"},
		{"12 St Albans Road", "12 St Albans Rd"},
		{"Dr Smith", "Doctor Smith"},
		{"12 Morshead Dr", "12 Morshead Drive"},
		{"Elliott, John W Esq", "Elliott, John W Esquire"},
		{"K & R Associates Inc", "K & R Associates Incorporated"},
		{"Foo Holdings, Inc.", "Foo Holdings, Incorporated"},
		{"ACME TRADING LTD", "ACME TRADING LIMITED"},
		{"Weiss Spirt & Guyer", "Weiss Spirt and Guyer"},
		{"BROXBURN & WINCHBURG", "BROXBURN AND WINCHBURG"},
		{"East Southbourne and Tuckton W", "East Southbourne & Tuckton W"},
		{"12 1st Street", "12 1st St"},
		{"1st Floor", "First Floor"},
		{"Suite 5", "Ste 5"},
		{"4 March 2004", "4 Mar 2004"},
		{"Street", ""},
		{"New Haven", ""},
		{"", ""},
		{"Ｔａｙｌｏｒ Ｓｔ", "Ｔａｙｌｏｒ Ｓｔｒｅｅｔ"},
		{"幸福小区3号楼2单元302室", "幸福小区3栋2单元302室"},
		{"幸福小区三幢", "幸福小区三栋"},
		{"中山路12号302室", "中山路12号302房"},
		{"幸福小区2单元", "幸福小区二单元"},
		{"幸福小区十单元5", "幸福小区10单元5"},
		{"广东省广州市天河区体育西路", "广东广州市天河区体育西路"},
		{"广西桂林市象山区", "广西壮族自治区桂林市象山区"},
		{"北京朝阳区建国路", "北京市朝阳区建国路"},
		{"广州天河区体育西路", "广州市天河区体育西路"},
		{"解放路中山路路口", "解放路中山路交叉口"},
		{"中山路12-3号", "中山路12之3号"},
		{"大厦3层", "大厦三层"},
		{"大厦12层", "大厦12楼"},
		{"北京东路1号", ""},
		{"海南藏族自治州共和县", ""},
		{"吉林市昌邑区", ""}, // 吉林 alone is the province,
		{"黄石港区", ""},
		{"岳阳楼区", ""},
		{"Foo Co., Ltd.", "Foo Co., Limited"},
		{"深圳某某有限公司", ""},
	} {
		carrier := textCarrier{}
		class, rank, ok := carrier.Class(c.value)
		if !ok {
			if c.want != "" {
				t.Errorf("%q has no point", c.value)
			}
			continue
		}
		got, ok := carrier.Render(c.value, rank^1)
		if !ok && rank == 2 {
			got, _ = carrier.Render(c.value, 1)
		}
		if got != c.want {
			t.Errorf("%q (%s %d): got %q, want %q", c.value, class, rank, got, c.want)
			continue
		}
		if got == "" {
			continue
		}
		if again, r, ok := carrier.Class(got); !ok || again != class || r&1 == rank&1 {
			t.Errorf("%q -> %q: class %q rank %d, want class %q", c.value, got, again, r, class)
		}
	}
}
