package synthetic

import (
	"fmt"
	"math/rand/v2"
	"time"
)

// Waybills are n parcels of a courier in China: waybill number with a Luhn
// check digit, name, phone, province, city, address, weight, time.
func Waybills(n int, seed uint64) Table {
	r := source(seed)
	t := Table{Header: []string{"运单号", "收件人", "电话", "省份", "城市", "地址", "重量", "揽收时间"}}
	at := time.Date(2025, 10, 20, 6, 0, 0, 0, time.UTC)
	number := int64(77301500000)
	for range n {
		number += int64(1 + r.IntN(40))
		at = at.Add(time.Duration(1+r.IntN(40)) * time.Second)
		place := chinesePlaces[r.IntN(len(chinesePlaces))]
		t.Rows = append(t.Rows, []string{
			luhn(number), chineseName(r), chineseMobile(r), place.province, place.city, chineseAddress(r, place),
			fmt.Sprintf("%.2f", 0.2+r.ExpFloat64()*1.7), at.Format("2006-01-02 15:04:05"),
		})
	}
	return t
}

func luhn(n int64) string {
	sum := 0
	for i, rest := 0, n; rest > 0; i, rest = i+1, rest/10 {
		d := int(rest % 10)
		if i%2 == 0 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return fmt.Sprintf("%d%d", n, (10-sum%10)%10)
}

func chineseName(r *rand.Rand) string {
	name := pickSkewed(r, chineseFamily) + pickSkewed(r, chineseGiven)
	if r.IntN(4) > 0 {
		name += pickSkewed(r, chineseGiven)
	}
	return name
}

func chineseMobile(r *rand.Rand) string {
	prefixes := []string{"138", "139", "136", "158", "186", "188", "177", "199", "151", "133"}
	return fmt.Sprintf("%s%08d", pick(r, prefixes), r.IntN(1e8))
}

func chineseAddress(r *rand.Rand, p place) string {
	province, city := p.province, p.city
	if province == city {
		province = ""
	}
	road := pick(r, chineseRoads)
	s := fmt.Sprintf("%s%s%s%s%d号", province, city, pick(r, chineseDistricts), road, 1+r.IntN(400))
	if r.IntN(3) > 0 {
		s += fmt.Sprintf("%s%d%s%d单元%d%02d室", pick(r, chineseEstates), 1+r.IntN(30), pick(r, []string{"栋", "幢", "号楼"}), 1+r.IntN(4), 1+r.IntN(28), 1+r.IntN(4))
	}
	return s
}

type place struct{ province, city string }

var chinesePlaces = []place{
	{"北京市", "北京市"}, {"上海市", "上海市"}, {"广东省", "广州市"}, {"广东省", "深圳市"}, {"广东省", "东莞市"}, {"浙江省", "杭州市"}, {"浙江省", "宁波市"},
	{"江苏省", "南京市"}, {"江苏省", "苏州市"}, {"江苏省", "无锡市"}, {"四川省", "成都市"}, {"湖北省", "武汉市"}, {"湖南省", "长沙市"}, {"福建省", "厦门市"},
	{"山东省", "青岛市"}, {"山东省", "济南市"}, {"河南省", "郑州市"}, {"陕西省", "西安市"}, {"安徽省", "合肥市"}, {"辽宁省", "大连市"},
}

var chineseDistricts = []string{"东城区", "西湖区", "南山区", "鼓楼区", "高新区", "江北区", "新城区", "天河区", "福田区", "海曙区", "玄武区", "武侯区", "岳麓区", "思明区", "历下区"}

var chineseRoads = []string{"人民路", "解放路", "中山路", "建设路", "和平路", "文化路", "新华路", "长江路", "黄河路", "青年路", "滨江大道", "科技路", "学院路", "平安大街", "幸福街", "光明路", "胜利路", "工业大道", "龙华路", "望江路"}

var chineseEstates = []string{"阳光花园", "金色家园", "翠湖小区", "锦绣城", "东方名苑", "江南春晓", "绿地新城", "世纪嘉园", "书香门第", "丽景湾"}

var chineseFamily = []string{"王", "李", "张", "刘", "陈", "杨", "黄", "赵", "吴", "周", "徐", "孙", "马", "朱", "胡", "郭", "何", "高", "林", "罗", "郑", "梁", "谢", "宋", "唐", "许", "韩", "冯", "邓", "曹",
	"彭", "曾", "肖", "田", "董", "袁", "潘", "于", "蒋", "蔡", "余", "杜", "叶", "程", "苏", "魏", "吕", "丁", "任", "沈"}

var chineseGiven = []string{"伟", "芳", "娜", "敏", "静", "丽", "强", "磊", "军", "洋", "勇", "艳", "杰", "娟", "涛", "明", "超", "霞", "平", "刚", "桂", "英", "华", "玉", "兰", "红", "文", "建", "国", "春", "梅", "海",
	"燕", "晓", "雪", "婷", "浩", "宇", "欣", "怡", "子", "轩", "梓", "涵", "思", "雨", "嘉", "俊", "晨", "睿", "博", "佳", "志", "诗", "琪", "瑶", "斌", "峰", "龙", "鹏", "辉", "林", "凯", "旭"}
